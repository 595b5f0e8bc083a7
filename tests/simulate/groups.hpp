// SPDX-License-Identifier: BSL-1.0
// groups: task groups. One ends when its body and all members have.
#pragma once

#include <optional>
#include <tests/simulate/script.hpp>

namespace simulate {

class GroupPart {
 public:
  explicit GroupPart(Scene& scene) : scene_{scene}, group_{std::in_place, scene.loop} {}

  void run(std::size_t into, const How& how);
  void join(std::size_t into, const How& how);
  void cancel();
  void renew();

 private:
  class End;
  struct Run {
    int node = kNoNode;
    std::vector<int> members;
    unsigned number = 0;
  };

  void check_members() const;
  int add_member();

  Scene& scene_;
  static constexpr std::size_t kErrors = 2;

  std::optional<eyelet::TaskGroup<kErrors>> group_;
  Run run_;  // the current one, or the last
};

}  // namespace simulate
