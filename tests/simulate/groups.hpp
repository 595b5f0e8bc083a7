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

  void check_members() const;
  int add_member();

  Scene& scene_;
  static constexpr std::size_t kErrors = 2;

  std::optional<eyelet::TaskGroup<kErrors>> group_;
  std::vector<int> members_;  // of the current run
  int run_ = kNoNode;
  unsigned run_count_ = 0;
};

}  // namespace simulate
