// SPDX-License-Identifier: BSL-1.0
// What port/poll and port/epoll do alike. Run on both.
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <atomic>
#include <port/poll/choice.hpp>
#include <tests/descriptors.hpp>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

using namespace descriptors;

namespace {

eyelet::DescriptorPort* woken_by_signal = nullptr;
std::atomic<int> signals{0};
std::atomic<int> errno_after_wake{0};

/// SIGALRM each millisecond, until the end of the scope; each wakes `woken`, if there is one.
class SignalStorm {
 public:
  explicit SignalStorm(eyelet::DescriptorPort* woken) {
    woken_by_signal = woken;
    signals = 0;
    struct sigaction action {};
    action.sa_handler = [](int) {
      const int saved = errno;
      ++signals;
      errno = 4711;
      if (woken_by_signal != nullptr) woken_by_signal->wake();
      errno_after_wake = errno;
      errno = saved;
    };
    ::sigaction(SIGALRM, &action, &before_);
    const itimerval each{{0, 1000}, {0, 1000}};
    ::setitimer(ITIMER_REAL, &each, nullptr);
  }
  ~SignalStorm() {
    const itimerval none{};
    ::setitimer(ITIMER_REAL, &none, nullptr);
    ::sigaction(SIGALRM, &before_, nullptr);
  }

 private:
  struct sigaction before_;
};

}  // namespace

TEST_GROUP_BASE(Descriptors, Group<eyelet::StaticDescriptorPort<64>>){};

// --- Readiness ---

TEST(Descriptors, reader_runs_in_each_look_until_what_it_is_told_of_is_read) {
  read_with(a.near, note("readable"));
  look();
  check_log("");
  a.send("x");
  look();
  look();
  check_log("readable readable ");
  CHECK_EQUAL(1, Pair::receive(a.near));
  look();
  check_log("");
}

TEST(Descriptors, writer_runs_in_each_look_while_there_is_room) {
  a.fill();
  write_with(a.near, note("writable"));
  look();
  check_log("");
  a.empty_far();
  look();
  look();
  check_log("writable writable ");
}

TEST(Descriptors, reader_and_writer_of_one_descriptor_are_told_apart) {
  read_with(a.near, note("readable"));
  write_with(a.near, note("writable"));
  a.fill();
  a.send("x");
  look();
  check_log("readable ");
  CHECK_EQUAL(1, Pair::receive(a.near));
  a.empty_far();
  look();
  check_log("writable ");
  a.send("x");
  look();
  check_log("readable writable ");
  CHECK_TRUE(port.remove_writer(a.near));
  look();
  check_log("readable ");
  CHECK_TRUE(port.remove_reader(a.near));
  look();
  check_log("");
}

TEST(Descriptors, of_several_descriptors_exactly_the_ready_ones_run) {
  read_with(a.near, note("a"));
  read_with(b.near, note("b"));
  read_with(c.near, note("c"));
  b.send("x");
  look();
  check_log("b ");
  CHECK_EQUAL(1, Pair::receive(b.near));
  a.send("x");
  c.send("x");
  look();
  check_log("a c ");
}

TEST(Descriptors, removing_one_leaves_the_others_watched) {
  for (int first : {a.near, b.near, c.near}) {
    read_with(a.near, note("a"));
    read_with(b.near, note("b"));
    read_with(c.near, note("c"));
    CHECK_TRUE(port.remove_reader(first));
    for (Pair* pair : {&a, &b, &c}) {
      pair->send("x");
      look();
      check_log(pair->near == first ? "" : pair == &a ? "a " : pair == &b ? "b " : "c ");
      CHECK_EQUAL(1, Pair::receive(pair->near));
    }
    for (int fd : {a.near, b.near, c.near}) CHECK_EQUAL(fd != first, port.remove_reader(fd));
  }
}

TEST(Descriptors, what_was_removed_does_not_keep_the_port_awake) {
  read_with(a.near, note("readable"));
  write_with(a.near, note("writable"));
  write_with(b.near, note("writable"));
  write_with(c.near, note("writable"));
  CHECK_TRUE(port.remove_writer(a.near));
  CHECK_TRUE(port.remove_writer(b.near));  // c's entry takes the place of b's
  read_with(b.near, note("readable"));     // and b's next one that of c's
  CHECK_TRUE(port.remove_writer(c.near));
  check_sleeps();
}

TEST(Descriptors, hang_up_of_what_was_removed_does_not_keep_the_port_awake) {
  read_with(a.near, note("a"));
  read_with(b.near, note("b"));
  CHECK_TRUE(port.remove_reader(a.near));
  a.close_far();
  check_sleeps();
}

TEST(Descriptors, each_removal_gives_the_block_back) {
  for (std::size_t i = 0; i < 3 * kBlocks; ++i) {
    read_with(a.near, note("readable"));
    CHECK_TRUE(port.remove_reader(a.near));
  }
}

TEST(Descriptors, sleep_ends_when_a_descriptor_becomes_readable) {
  read_with(a.near, [this] { loop.stop(); });
  std::thread peer{[this] {
    std::this_thread::sleep_for(5ms);
    ::send(a.far, "x", 1, MSG_NOSIGNAL);
  }};
  run_until_stopped();
  peer.join();
}

TEST(Descriptors, watches_thousands_of_descriptors) {
  static eyelet::StaticDescriptorPort<4096> many_port;
  static eyelet::StaticLoop<2100> many_loop{many_port};
  const DescriptorLimit limit{4096};
  const std::size_t count = std::min<std::size_t>(2100, limit.now - 64);
  std::vector<int> fds(count), runs(count);
  for (std::size_t i = 0; i < count; ++i) {
    fds[i] = ::dup(a.near);
    const auto run = [&ran = runs[i]] { ++ran; };
    CHECK_EQUAL(Errc::none, code(many_port.add_reader(many_loop, fds[i], run)));
  }
  a.send("x");
  static_cast<void>(many_loop.poll());
  for (const int ran : runs) CHECK_EQUAL(1, ran);
  for (std::size_t i = 0; i < count; i += 2) CHECK_TRUE(many_port.remove_reader(fds[i]));
  static_cast<void>(many_loop.poll());
  // Not once more: between the callbacks of such a batch nobody looks.
  CHECK_EQUAL(0U, many_loop.stats().ready);
  for (std::size_t i = 0; i < count; ++i) CHECK_EQUAL(i % 2 == 1 ? 2 : 1, runs[i]);
  for (std::size_t i = 0; i < count; ++i) {
    CHECK_EQUAL(i % 2 == 1, many_port.remove_reader(fds[i]));
    ::close(fds[i]);
  }
  CHECK_EQUAL(0U, many_loop.stats().in_use);
}

// N34: the end of the stream does not hide what came before it.
TEST(Descriptors, reader_gets_all_bytes_and_then_the_end_when_the_peer_hangs_up) {
  int bytes = 0;
  bool ended = false;
  read_with(a.near, [&] {
    char byte;
    const ssize_t count = ::recv(a.near, &byte, 1, 0);
    if (count > 0) ++bytes;
    if (count != 0) return;
    ended = true;
    CHECK_TRUE(port.remove_reader(a.near));
  });
  a.send("12345");
  a.close_far();
  for (int i = 0; i < 10; ++i) look();
  CHECK_EQUAL(5, bytes);
  CHECK_TRUE(ended);
}

// X6
TEST(Descriptors, writer_without_room_is_told_that_the_peer_hung_up) {
  a.fill();
  int error = 0;
  write_with(a.near, [&] {
    if (::send(a.near, "x", 1, MSG_NOSIGNAL) < 0) error = errno;
    CHECK_TRUE(port.remove_writer(a.near));
  });
  look();
  CHECK_EQUAL(0, error);
  a.close_far();
  look();
  CHECK_EQUAL(EPIPE, error);
}

// N34: an empty pipe without writers is not readable, only hung up.
TEST(Descriptors, reader_of_a_pipe_is_told_of_its_end) {
  int ends[2];
  CHECK_EQUAL(0, ::pipe(ends));
  read_with(ends[0], note("ended"));
  look();
  check_log("");
  ::close(ends[1]);
  look();
  check_log("ended ");
  CHECK_TRUE(port.remove_reader(ends[0]));
  ::close(ends[0]);
}

TEST(Descriptors, reader_is_told_of_an_error_that_makes_nothing_readable) {
  int ends[2];
  CHECK_EQUAL(0, ::pipe(ends));
  read_with(ends[1], note("broken"));
  look();
  check_log("");
  ::close(ends[0]);
  look();
  check_log("broken ");
  CHECK_TRUE(port.remove_reader(ends[1]));
  ::close(ends[1]);
}

// N35: somebody else was faster.
TEST(Descriptors, reader_that_finds_nothing_stays_watched) {
  const int twin = ::dup(a.near);
  int first = 0, second = 0;
  read_with(a.near, [&] { first = Pair::receive(a.near); });
  read_with(twin, [&] { second = Pair::receive(twin); });
  a.send("x");
  look();
  CHECK_EQUAL(1, std::max(first, second));
  CHECK_EQUAL(-EAGAIN, std::min(first, second));
  CHECK_TRUE(port.remove_reader(a.near));
  a.send("y");
  look();
  CHECK_EQUAL(1, second);
  CHECK_TRUE(port.remove_reader(twin));
  ::close(twin);
}

TEST(Descriptors, regular_files_are_always_ready) {
  const int first = open_file(), second = open_file(), third = open_file();
  read_with(first, note("1"));
  read_with(second, note("2"));
  read_with(third, note("3"));
  CHECK_TRUE(port.remove_reader(second));
  write_with(first, note("writable"));
  read_with(a.near, note("a"));
  for (int i = 0; i < 2; ++i) {
    look();
    CHECK_TRUE(log.find("1 ") != log.npos && log.find("3 ") != log.npos);
    CHECK_TRUE(log.find("writable ") != log.npos);
    CHECK_EQUAL(13U, log.size());
    log.clear();
  }
  a.send("x");
  look();
  CHECK_EQUAL(15U, log.size());
  CHECK_TRUE(port.remove_reader(first));
  CHECK_TRUE(port.remove_reader(a.near));
  CHECK_TRUE(port.remove_reader(third));
  log.clear();
  look();
  check_log("writable ");
  CHECK_TRUE(port.remove_writer(first));
  check_sleeps();
  for (const int file : {first, second, third}) ::close(file);
}

TEST(Descriptors, ready_file_ends_a_sleep) {
  const int file = open_file();
  read_with(file, [this] { loop.stop(); });
  run_until_stopped();
  CHECK_TRUE(port.remove_reader(file));
  ::close(file);
}

// N33
TEST(Descriptors, reader_of_a_closed_file_runs_once_more_and_is_reported) {
  const int file = open_file();
  read_with(file, note("last"));
  ::close(file);
  look();
  look();
  check_log("last ");
  CHECK_EQUAL(1, reports);
  CHECK_TRUE((last_report == Error{Errc::system, EBADF}));
}

// --- Removal ---

// X11, N4
TEST(Descriptors, reader_that_removes_and_closes_keeps_the_due_writer_from_running) {
  read_with(a.near, [this] {
    log += "closed ";
    port.remove_reader(a.near);
    port.remove_writer(a.near);
    a.close_near();
  });
  write_with(a.near, note("writable"));
  a.send("x");
  a.close_far();
  look();
  look();
  check_log("closed ");
  CHECK_EQUAL(0, reports);
}

// N1, I6
TEST(Descriptors, stale_event_does_not_reach_who_watches_the_same_number_in_the_same_batch) {
  read_with(a.near, [this] {
    CHECK_TRUE(port.remove_reader(a.near));
    CHECK_TRUE(port.remove_reader(b.near));
    const int number = b.near;
    b.close_near();
    CHECK_EQUAL(number, ::dup(c.near));
    b.near = number;
    read_with(number, note("new"));
  });
  read_with(b.near, note("old"));
  a.send("x");
  b.send("x");
  look();
  look();
  check_log("");
  c.send("x");
  look();
  check_log("new ");
}

// N2, N3: whoever comes too late with the old number does no harm, and the port closes nothing.
TEST(Descriptors, removing_twice_does_nothing_and_leaves_the_descriptor_open) {
  read_with(a.near, note("old"));
  CHECK_TRUE(port.remove_reader(a.near));
  CHECK_FALSE(port.remove_reader(a.near));
  CHECK_FALSE(port.remove_writer(a.near));
  CHECK_TRUE(::fcntl(a.near, F_GETFD) >= 0);
}

// P17
TEST(Descriptors, removed_and_watched_again_in_the_same_pass_waits_for_the_next_look) {
  a.send("x");
  b.send("x");
  read_with(a.near, [this] {
    if (port.remove_reader(b.near)) read_with(b.near, note("again"));
  });
  read_with(b.near, note("once"));
  look();
  check_log("");
  CHECK_EQUAL(1, Pair::receive(a.near));
  look();
  check_log("again ");
}

TEST(Descriptors, captures_of_one_that_removes_itself_live_until_it_returns) {
  a.send("x");
  read_with(a.near, [this, live = Live{7}] {
    CHECK_TRUE(port.remove_reader(a.near));
    CHECK_FALSE(port.remove_reader(a.near));
    CHECK_EQUAL(7, live.id);
    log += "ran ";
  });
  CHECK_EQUAL(1, Live::count);
  look();
  CHECK_EQUAL(0, Live::count);
  look();
  check_log("ran ");
}

TEST(Descriptors, one_that_removes_itself_may_watch_the_same_descriptor_again) {
  a.send("x");
  read_with(a.near, [this, live = Live{}] {
    log += "first ";
    CHECK_TRUE(port.remove_reader(a.near));
    read_with(a.near, note("second"));
  });
  look();
  check_log("first ");
  CHECK_EQUAL(0, Live::count);
  look();
  check_log("second ");
}

TEST(Descriptors, destructor_of_a_capture_may_watch_again_and_close_the_loop) {
  const auto rewatch = [this] { read_with(a.near, note("again")); };
  read_with(a.near, [guard = fixture::OnDestroy{rewatch}] {});
  CHECK_TRUE(port.remove_reader(a.near));
  a.send("x");
  look();
  check_log("again ");
  const auto close = [this] { CHECK_TRUE(loop.close().has_value()); };
  read_with(b.near, [guard = fixture::OnDestroy{close}, live = Live{}] {});
  CHECK_TRUE(port.remove_reader(b.near));
  CHECK_EQUAL(0U, loop.stats().in_use);
}

TEST(Descriptors, closing_the_loop_ends_watchers_waiting_and_due) {
  read_with(a.near, [live = Live{}] {});
  read_with(b.near, [this, live = Live{}] { log += "ran "; });
  write_with(b.near, [live = Live{}] {});
  b.send("x");
  // Looks at the end of its batch, so that b's watchers are due and have not run.
  port.wait_until(eyelet::kAtOnce);
  CHECK_EQUAL(2U, loop.stats().ready);
  CHECK_TRUE(loop.close().has_value());
  CHECK_EQUAL(0, Live::count);
  CHECK_EQUAL(0U, loop.stats().in_use);
  check_log("");
  CHECK_FALSE(port.remove_reader(a.near));
  CHECK_FALSE(port.remove_writer(b.near));
  CHECK_EQUAL(Errc::closed, code(port.add_reader(loop, a.near, [] {})));
  // The port serves another loop.
  eyelet::StaticLoop<4> other{port};
  CHECK_EQUAL(Errc::none, code(port.add_reader(other, b.near, note("other"))));
  static_cast<void>(other.poll());
  check_log("other ");
  CHECK_TRUE(other.close().has_value());
}

// --- Bad input ---

// P21
TEST(Descriptors, second_watcher_of_a_kind_on_one_descriptor_is_refused) {
  read_with(a.near, note("first"));
  CHECK_EQUAL(Errc::invalid_state, code(port.add_reader(loop, a.near, note("second"))));
  a.send("x");
  look();
  check_log("first ");
  CHECK_EQUAL(1U, loop.stats().in_use);
}

TEST(Descriptors, number_that_is_not_open_is_refused_with_its_errno) {
  a.close_near();
  const int closed = lowest_free_descriptor();
  for (const int fd : {-1, -2147483647 - 1, closed}) {
    const eyelet::Result<void> refused = port.add_writer(loop, fd, [live = Live{}] {});
    CHECK_FALSE(refused.has_value());
    CHECK_TRUE((refused.error() == Error{Errc::system, EBADF}));
    CHECK_FALSE(port.remove_reader(fd));
  }
}

TEST(Descriptors, number_beyond_the_table_is_refused_with_its_capacity) {
  CHECK_EQUAL(64, ::dup2(a.near, 64));
  const eyelet::Result<void> refused = port.add_reader(loop, 64, [] {});
  CHECK_FALSE(refused.has_value());
  CHECK_TRUE((refused.error() == Error{Errc::limit_overrun, 64}));
  CHECK_FALSE(port.remove_reader(64));
  CHECK_FALSE(port.remove_writer(2147483647));
  ::close(64);
  CHECK_EQUAL(63, ::dup2(a.near, 63));
  read_with(63, [] {});
  CHECK_TRUE(port.remove_reader(63));
  ::close(63);
}

TEST(Descriptors, without_a_block_nothing_is_watched_and_the_same_call_works_later) {
  std::vector<eyelet::Handle> handles;
  for (std::size_t i = 0; i < kBlocks; ++i) handles.push_back(loop.call_later(1h, [] {}));
  CHECK_EQUAL(Errc::out_of_blocks, code(port.add_reader(loop, a.near, [live = Live{}] {})));
  CHECK_FALSE(port.remove_reader(a.near));
  CHECK_EQUAL(1, reports);
  for (const eyelet::Handle& handle : handles) CHECK_TRUE(handle.cancel());
  read_with(a.near, note("works"));
  a.send("x");
  look();
  check_log("works ");
}

// --- Fairness ---

// P4, N39, N26
TEST(Descriptors, endless_callbacks_timers_and_descriptors_all_make_progress) {
  const TimePoint start = port.now();
  int posted = 0, read = 0, written = 0, ticks = 0;
  struct Endless {
    Loop* loop;
    int* count;
    void operator()() const {
      ++*count;
      CHECK_TRUE(static_cast<bool>(loop->call_soon(*this)));
    }
  };
  CHECK_TRUE(static_cast<bool>(loop.call_soon(Endless{&loop, &posted})));
  struct Tick {
    Loop* loop;
    int* count;
    void operator()() const {
      if (++*count == 10) return loop->stop();
      CHECK_TRUE(static_cast<bool>(loop->call_later(1ms, *this)));
    }
  };
  CHECK_TRUE(static_cast<bool>(loop.call_later(1ms, Tick{&loop, &ticks})));
  a.send("x");
  read_with(a.near, [&] { ++read; });
  write_with(b.near, [&] { ++written; });
  run_until_stopped();
  CHECK_EQUAL(10, ticks);
  CHECK_TRUE(port.now() - start >= 10ms);
  CHECK_COMPARE(read, >, 10);
  CHECK_COMPARE(written, >, 10);
  CHECK_COMPARE(posted, >, read);
  CHECK_TRUE(loop.close().has_value());
}

// --- Waking ---

// P13: nothing is armed either, and that is no deadlock.
TEST(Descriptors, post_from_a_thread_wakes_a_loop_that_watches_nothing) {
  bool accepted = false;
  std::thread other{[this, &accepted] {
    std::this_thread::sleep_for(5ms);
    accepted = loop.call_soon_threadsafe([this] { loop.stop(); });
  }};
  const eyelet::Result<void> outcome = loop.run_forever();
  other.join();
  CHECK_TRUE(accepted);
  CHECK_EQUAL(Errc::none, code(outcome));
}

TEST(Descriptors, wake_that_ended_a_sleep_ends_no_other) {
  const TimePoint start = port.now();
  std::thread other{[this] {
    std::this_thread::sleep_for(5ms);
    port.wake();
  }};
  while (port.now() - start < 5ms) port.wait_until(start + kHang);
  other.join();
  CHECK_TRUE(port.now() - start < kHang);
  check_sleeps();
}

TEST(Descriptors, critical_section_keeps_others_out_to_the_last_exit_and_off_the_processor) {
  std::atomic<bool> waits{false}, entered{false};
  timespec used{};
  const std::uintptr_t outer = port.enter_critical();
  port.exit_critical(port.enter_critical());
  std::thread other{[this, &waits, &entered, &used] {
    waits = true;
    const eyelet::detail::CriticalSection section{port};
    entered = true;
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  }};
  while (!waits) std::this_thread::yield();
  for (const TimePoint end = port.now() + 200ms; port.now() < end;) port.wait_until(end);
  CHECK_FALSE(entered);
  port.exit_critical(outer);
  other.join();
  CHECK_TRUE(entered);
  CHECK_EQUAL(0, used.tv_sec);
  CHECK_COMPARE(used.tv_nsec, <, 100'000'000);  // of 200 ms
}

// P11: every post is run or refused, wherever the close falls.
TEST(Descriptors, posts_that_race_with_the_close_are_run_or_refused) {
  for (int round = 0; round < 200; ++round) {
    eyelet::StaticLoop<4, 8> racing{port};
    int accepted = 0, run = 0;
    std::atomic<bool> closed{false};
    std::thread poster{[&] {
      // One post more when it is closed for sure: that one must be refused.
      for (bool last = false; !last;) {
        last = closed;
        const bool taken = racing.call_soon_threadsafe([&run] { ++run; });
        if (taken) ++accepted;
        if (last && taken) accepted += 1'000'000;
      }
    }};
    for (int i = 0; i < round % 20; ++i) static_cast<void>(racing.poll());
    CHECK_TRUE(racing.close().has_value());
    closed = true;
    poster.join();
    CHECK_EQUAL(accepted, run);
  }
}

// N25: however many wakes, and however late the loop, none blocks.
TEST(Descriptors, threads_that_wake_without_end_neither_block_nor_stall_the_loop) {
  // More than any pipe holds, while nobody looks.
  for (int i = 0; i < 100'000; ++i) port.wake();
  std::atomic<bool> over{false};
  const auto storm = [&] {
    while (!over) port.wake();
  };
  std::thread first{storm}, second{storm};
  int ticks = 0;
  for (TimePoint due = port.now(); ticks < 20; ++ticks) {
    due += 1ms;
    const TimePoint hang = due + kHang;
    while (port.now() < due) port.wait_until(due);
    if (port.now() > hang) break;
  }
  over = true;
  first.join();
  second.join();
  CHECK_EQUAL(20, ticks);
}

// N27
TEST(Descriptors, signal_handlers_wake_the_loop) {
  const SignalStorm storm{&port};
  const TimePoint start = port.now();
  while (signals < 20 && port.now() - start < kHang) port.wait_until(start + kHang);
  CHECK_COMPARE(signals.load(), >=, 20);
  CHECK_TRUE(port.now() - start < kHang);
}

// N37
TEST(Descriptors, signals_make_no_timer_early_and_are_no_error) {
  const SignalStorm storm{nullptr};
  const TimePoint due = port.now() + 30ms;
  CHECK_TRUE(static_cast<bool>(loop.call_at(due, [this] { loop.stop(); })));
  read_with(a.near, note("readable"));
  run_until_stopped();
  CHECK_TRUE(port.now() >= due);
  CHECK_COMPARE(signals.load(), >, 0);
  check_log("");
}

#if defined(__linux__)

// The wake end of a port has the lowest number that was free. What stands in for it here answers
// a write as told; the signal comes when the port sleeps.
static Error status_after_failing_wakes(int stand_in) {
  const int number = lowest_free_descriptor();
  eyelet::StaticDescriptorPort<1> port;
  CHECK_EQUAL(number, ::dup2(stand_in, number));
  const SignalStorm storm{&port};
  const TimePoint start = port.now();
  while (signals < 50 && port.status() && port.now() - start < kHang)
    port.wait_until(start + kHang);
  const eyelet::Result<void> status = port.status();
  CHECK_EQUAL(4711, errno_after_wake.load());
  return status ? Error{} : status.error();
}

// P12, N27
TEST(Descriptors, failing_wake_is_told_by_status_and_leaves_errno_alone) {
  int ends[2];
  CHECK_EQUAL(0, ::pipe(ends));
  CHECK_TRUE((status_after_failing_wakes(ends[0]) == Error{Errc::system, EBADF}));
  ::close(ends[0]);
  ::close(ends[1]);
}

// P12, N25
TEST(Descriptors, wake_that_finds_the_wake_end_full_has_worked) {
  a.fill();
  // A full socket pair: nothing to read, and no room to write.
  CHECK_TRUE(status_after_failing_wakes(a.near) == Error{});
}

// P12: a wake comes late then, but not never. The number is somebody else's by then: the port
// neither writes to it nor closes it.
TEST(Descriptors, closed_wake_end_is_told_by_status_does_not_spin_and_is_used_no_more) {
  const int number = lowest_free_descriptor();
  {
    eyelet::StaticDescriptorPort<1> broken;
    ::close(number);
    const TimePoint start = broken.now();
    int rounds = 0;
    for (; broken.now() - start < 50ms && rounds < 1000; ++rounds) broken.wait_until(start + 50ms);
    CHECK_COMPARE(rounds, <, 20);
    CHECK_FALSE(broken.status().has_value());
    CHECK_TRUE((broken.status().error() == Error{Errc::system, EBADF}));
    CHECK_EQUAL(number, ::dup(a.near));
    eyelet::StaticLoop<4, 1> other{broken};
    bool accepted = false;
    std::thread late{[&] {
      std::this_thread::sleep_for(5ms);
      accepted = other.call_soon_threadsafe([&other] { other.stop(); });
    }};
    const eyelet::Handle guard = other.call_later(kHang, [&other] { other.stop(); });
    CHECK_TRUE(other.run_forever().has_value());
    late.join();
    CHECK_TRUE(accepted);
    CHECK_TRUE(guard.cancel());
  }
  CHECK_EQUAL(-EAGAIN, Pair::receive(a.far));
  CHECK_EQUAL(0, ::close(number));
}

// In strict mode the kernel kills whoever makes a system call other than read, write and exit.
TEST(Descriptors, look_with_nothing_to_watch_makes_no_system_call) {
#ifdef __SANITIZE_THREAD__
  UT_PRINT("not checked: the thread sanitizer makes system calls of its own");
  return;
#endif
  const int number = lowest_free_descriptor();
  eyelet::StaticDescriptorPort<1> idle;
  constexpr int kNoSeccomp = 42;
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(5);
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) ::_exit(kNoSeccomp);
    for (int i = 0; i < 1000; ++i) {
      idle.wake();
      idle.wait_until(eyelet::kAtOnce);
    }
    // An awake port's wake writes nothing: had it, this would read 8 bytes.
    std::uint64_t count;
    const bool wrote = ::read(number, &count, sizeof count) > 0;
    ::syscall(SYS_exit, wrote ? 1 : 0);
  }
  int status = -1;
  CHECK_EQUAL(child, ::waitpid(child, &status, 0));
  CHECK_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNoSeccomp) {
    UT_PRINT("not checked: this kernel has no seccomp");
    return;
  }
  CHECK_EQUAL(0, WEXITSTATUS(status));
}

#endif

// --- Descriptors of the port itself ---

TEST(Descriptors, port_that_ends_has_closed_what_it_opened) {
  const int before = open_descriptors();
  {
    eyelet::StaticDescriptorPort<1> other;
    CHECK_COMPARE(open_descriptors(), >, before);
  }
  CHECK_EQUAL(before, open_descriptors());
}

// N40
TEST(Descriptors, port_that_finds_no_descriptor_says_so_leaks_none_and_works) {
  const int before = open_descriptors();
  bool fired = false, accepted = false, posted = false;
  Error status{};
  {
    const DescriptorLimit limit{static_cast<rlim_t>(lowest_free_descriptor())};
    eyelet::StaticDescriptorPort<1> poor;
    if (!poor.status()) status = poor.status().error();
    eyelet::StaticLoop<4, 1> other{poor};
    CHECK_TRUE(static_cast<bool>(other.call_later(2ms, [&fired] { fired = true; })));
    std::thread thread{[&] {
      std::this_thread::sleep_for(5ms);
      accepted = other.call_soon_threadsafe([&] {
        posted = true;
        other.stop();
      });
    }};
    const eyelet::Handle guard = other.call_later(kHang, [&other] { other.stop(); });
    CHECK_TRUE(other.run_forever().has_value());
    thread.join();
    guard.cancel();
  }
  CHECK_EQUAL(before, open_descriptors());
  CHECK_TRUE((status == Error{Errc::system, EMFILE}));
  CHECK_TRUE(fired);
  CHECK_TRUE(accepted);
  CHECK_TRUE(posted);
}
