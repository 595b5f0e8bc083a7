// SPDX-License-Identifier: BSL-1.0
// A port for tests with threads: it sleeps for good and keeps others out, and its clock stands
// still, so that no test waits for time to pass.
#pragma once

#include <condition_variable>
#include <eyelet/port.hpp>
#include <functional>
#include <mutex>
#include <thread>

class ThreadPort final : public eyelet::Port {
 public:
  eyelet::TimePoint now() const override { return {}; }

  void wait_until(eyelet::TimePoint deadline) override {
    std::unique_lock<std::mutex> lock{sleep_};
    if (deadline == eyelet::kNever) alarm_.wait(lock, [this] { return woken_; });
    woken_ = false;
  }

  void wake() override {
    const std::lock_guard<std::mutex> lock{sleep_};
    woken_ = true;
    alarm_.notify_one();
  }

  std::uintptr_t enter_critical() override {
    critical_.lock();
    return 0;
  }
  void exit_critical(std::uintptr_t) override { critical_.unlock(); }

  std::uintptr_t context() const override {
    return std::hash<std::thread::id>{}(std::this_thread::get_id());
  }

 private:
  std::recursive_mutex critical_;
  std::mutex sleep_;
  std::condition_variable alarm_;
  bool woken_ = false;
};
