// SPDX-License-Identifier: BSL-1.0
// futures: promises, chains, and what combines futures.
#pragma once

#include <deque>
#include <tests/simulate/script.hpp>

namespace simulate {

/// How the futures of a wait are given.
enum class Form : unsigned char { arguments, array, number };

class FuturePart {
 public:
  explicit FuturePart(Scene& scene) : scene_{scene} {}

  void create(std::size_t promise, std::size_t into);
  void set_result(std::size_t promise);
  void set_error(std::size_t promise, Errc code);
  void drop_promise(std::size_t promise);
  void take(std::size_t slot);
  void then(std::size_t slot, bool takes, std::size_t into, const How& how);
  void or_else(std::size_t slot, std::size_t into, const How& how);
  void finally(std::size_t slot, std::size_t into, const How& how);
  void create_task(std::size_t into, const How& how);
  /// The deed is done at the first.
  void visit_tasks(const Deed& deed);
  void cancel(std::size_t slot);
  void uncancel(std::size_t slot);
  void drop(std::size_t slot);
  void copy(std::size_t slot, std::size_t into);

  /// Runs the loop until a future is done; tells why it ended.
  Errc run_until_complete(const Slot& awaited);

  void shield(std::size_t slot, std::size_t into);
  void wait_for(std::size_t slot, eyelet::Duration limit, std::size_t into);
  /// `whole`: 0 two values, 1 two outcomes, 2 an array of two, 3 and 4 into storage of ours.
  void gather(std::size_t first, std::size_t second, std::size_t whole, std::size_t into);
  /// `when`: as in ReturnWhen, and 3 more with a limit of 1 ms.
  void wait(Form form, std::size_t first, std::size_t second, std::size_t when, std::size_t into);

  void check_quiet() const;
  void end();
  /// What was gathered into storage goes, when nobody gathers any more.
  void end_storage();
  /// The nodes to which it has handles.
  void list_held(std::vector<int>& held) const;

 private:
  Scene& scene_;
  bool visiting_ = false;
  std::array<Slot, kPromises> promises_;
  std::deque<std::array<Value, 2>> values_;
  std::deque<std::array<Result<Value>, 2>> outcomes_;
};

}  // namespace simulate
