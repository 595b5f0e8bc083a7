// SPDX-License-Identifier: BSL-1.0
// signals: what comes from outside, in interrupts that hit any call of the port: mail, a flag and
// items.
#pragma once

#include <deque>
#include <tests/simulate/waits.hpp>

namespace simulate {

class SignalPart {
 public:
  struct Flagging {
    using Held = Nothing;
    SignalPart* part;
    void served(const Waiting&, std::monostate) { ++part->taken_; }
    Held take(std::monostate&&) { return {}; }
    void drop(std::monostate) {}
    void keep(std::size_t, Held&&) {}
  };
  struct Receiving {
    using Held = Nothing;
    SignalPart* part;
    void served(const Waiting&, int item) { part->got(item); }
    Held take(int&&) { return {}; }
    void drop(int) {}
    void keep(std::size_t, Held&&) {}
  };

  explicit SignalPart(Scene& scene);

  /// From here or from an interrupt.
  void post(const Deed& deed);
  void set();
  void put();
  /// At that call of the port from now on, one of those three.
  void interrupt(std::size_t port_call, std::size_t which);

  void clear();
  void wait(Shape shape, std::size_t slot, const How& how);
  void get(Shape shape, std::size_t slot, const How& how);
  void get_nowait();

  /// Each who waits is given something in the end.
  void serve_all();

  std::size_t waiting() const { return flag_waits_.line.size() + getters_.line.size(); }
  unsigned posted() const { return posted_; }
  unsigned mail_run() const { return mail_run_; }
  void check() const;
  void check_quiet() const;
  void check_mail() const;

 private:
  static constexpr std::size_t kItems = 3;

  struct Mail;
  friend Mail;
  void got(int item);
  void look();

  Scene& scene_;
  Waits<void, Flagging> flag_waits_;
  Waits<int, Receiving> getters_;
  eyelet::ThreadSafeFlag flag_;
  eyelet::IsrQueue<int, kItems> items_;
  std::deque<int> inside_;
  int last_item_ = 0;
  std::uint32_t refused_items_ = 0;
  std::uint32_t sets_ = 0;  // each was missed, taken, cleared or is still there
  std::uint32_t taken_ = 0;
  std::uint32_t cleared_ = 0;
  std::vector<Deed> mail_deeds_;  // by the ids of mail, which begin with 1
  std::size_t last_mail_run_ = 0;
  unsigned posted_ = 0;
  unsigned refused_mail_ = 0;
  unsigned mail_run_ = 0;
};

}  // namespace simulate
