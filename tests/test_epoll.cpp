// SPDX-License-Identifier: BSL-1.0
// What port/epoll does in its own way: what it tells the kernel, and what the kernel does not tell.
#include <sys/syscall.h>

#include <port/epoll/epoll.hpp>
#include <tests/descriptors.hpp>

using namespace descriptors;

namespace {

int told = 0;  // calls of epoll_ctl
struct {
  int descriptor, error;
} refusal{-1, 0};  // of the next one for it

}  // namespace

// In the place of the C library's.
extern "C" int epoll_ctl(int epoll, int operation, int descriptor, epoll_event* event) noexcept {
  ++told;
  if (refusal.descriptor != descriptor)
    return static_cast<int>(::syscall(SYS_epoll_ctl, epoll, operation, descriptor, event));
  refusal.descriptor = -1;
  errno = refusal.error;
  return -1;
}

TEST_GROUP_BASE(Epoll, Group<eyelet::StaticEpollPort<64>>){};

// --- What it tells the kernel ---

TEST(Epoll, messages_change_nothing_that_the_kernel_is_told) {
  told = 0;
  read_with(a.near, [this] {
    CHECK_EQUAL(1, Pair::receive(a.near));
    Pair::send_to(a.near, "y");
  });
  CHECK_EQUAL(1, told);
  for (int i = 0; i < 100; ++i) {
    a.send("x");
    look();
    CHECK_EQUAL(1, Pair::receive(a.far));
  }
  CHECK_EQUAL(1, told);
  CHECK_TRUE(port.remove_reader(a.near));
  CHECK_EQUAL(2, told);
}

TEST(Epoll, refusal_of_the_kernel_is_told_watches_nothing_and_the_same_call_works_later) {
  refusal = {a.near, ENOSPC};
  const eyelet::Result<void> refused = port.add_reader(loop, a.near, [live = Live{}] {});
  CHECK_FALSE(refused.has_value());
  CHECK_TRUE((refused.error() == Error{Errc::system, ENOSPC}));
  CHECK_EQUAL(0, Live::count);
  CHECK_EQUAL(0U, loop.stats().in_use);
  CHECK_FALSE(port.remove_reader(a.near));
  a.send("x");
  read_with(a.near, note("works"));
  look();
  check_log("works ");
}

TEST(Epoll, refused_writer_leaves_the_reader_watched) {
  read_with(a.near, note("readable"));
  refusal = {a.near, ENOMEM};
  CHECK_EQUAL(Errc::system, code(port.add_writer(loop, a.near, note("writable"))));
  a.send("x");
  look();
  check_log("readable ");
}

TEST(Epoll, descriptor_costs_its_table_entry_and_its_event) {
  const std::size_t both =
      sizeof(eyelet::StaticEpollPort<1025>) - sizeof(eyelet::StaticEpollPort<1>);
  CHECK_EQUAL(1024 * (sizeof(eyelet::detail::Watched) + sizeof(epoll_event)), both);
}

// --- What the kernel does not tell: a descriptor was closed while it was watched ---

// N33
TEST(Epoll, watcher_of_a_closed_descriptor_runs_no_more_and_stays_until_removed) {
  const int number = a.near;
  read_with(number, note("old"));
  a.send("x");
  a.close_near();
  look();
  check_log("");
  check_sleeps();
  CHECK_TRUE(port.remove_reader(number));
  CHECK_EQUAL(0U, loop.stats().in_use);
  a.near = ::dup(b.near);
  CHECK_EQUAL(number, a.near);
  read_with(number, note("new"));
  b.send("x");
  look();
  check_log("new ");
  CHECK_EQUAL(0, reports);
}

// Its file is open under another number, and would be told of for ever.
TEST(Epoll, removal_after_the_close_ends_it_although_the_file_lives_on) {
  const int number = a.near, twin = ::dup(a.near);
  read_with(number, note("old"));
  a.close_near();
  a.send("x");
  CHECK_TRUE(port.remove_reader(number));
  a.near = ::dup(b.near);
  CHECK_EQUAL(number, a.near);
  read_with(number, note("new"));
  look();
  check_log("");
  check_sleeps();
  b.send("x");
  look();
  check_log("new ");
  ::close(twin);
}

// N1: the number is another file's, and the kernel does not know it.
TEST(Epoll, writer_of_a_number_that_was_opened_again_is_watched_and_so_is_its_reader) {
  const int number = a.near;
  read_with(number, note("readable"));
  a.close_near();
  a.near = ::dup(c.near);
  CHECK_EQUAL(number, a.near);
  write_with(number, note("writable"));
  look();
  check_log("writable ");
  c.send("x");
  look();
  check_log("readable writable ");
  CHECK_TRUE(port.remove_reader(number));
  CHECK_TRUE(port.remove_writer(number));
  check_sleeps();
}

TEST(Epoll, readers_that_closed_descriptors_leave_behind_are_found_when_one_is_removed) {
  const int first = a.near, second = b.near;
  read_with(first, note("first"));
  read_with(second, note("last"));
  read_with(c.near, note("third"));
  const int file = open_file();
  read_with(file, note("file"));
  a.close_near();
  b.close_near();
  CHECK_TRUE(port.remove_reader(first));
  look();
  check_log("last file ");
  CHECK_TRUE(port.remove_reader(file));
  ::close(file);
  CHECK_EQUAL(1, reports);
  CHECK_TRUE((last_report == Error{Errc::system, EBADF}));
  c.send("x");
  look();
  check_log("third ");
}

TEST(Epoll, reader_that_a_closed_descriptor_leaves_behind_is_found_before_a_sleep) {
  const int first = a.near;
  read_with(first, note("first"));
  read_with(b.near, [this] { loop.stop(); });
  a.close_near();
  b.close_near();
  CHECK_TRUE(port.remove_reader(first));
  run_until_stopped();
  CHECK_EQUAL(1, reports);
}

TEST(Epoll, file_that_takes_a_watched_number_is_told_from_what_was_there) {
  const int number = a.near, twin = ::dup(a.near), file = open_file();
  read_with(number, note("old"));
  CHECK_EQUAL(number, ::dup2(file, number));
  CHECK_TRUE(port.remove_reader(number));
  a.send("x");
  check_sleeps();
  read_with(b.near, note("b"));
  read_with(number, note("file"));
  CHECK_EQUAL(number, ::dup2(twin, number));
  write_with(number, note("writable"));
  look();
  check_log("file writable ");
  for (const int end : {twin, file}) ::close(end);
}

TEST(Epoll, files_that_were_closed_while_watched_may_be_watched_again_and_removed) {
  const int file = open_file(), other = open_file();
  read_with(file, note("old"));
  read_with(other, note("other"));
  ::close(other);
  CHECK_TRUE(port.remove_reader(other));
  CHECK_EQUAL(other, ::dup2(file, other));
  read_with(other, note("again"));
  CHECK_TRUE(port.remove_reader(file));
  look();
  check_log("again ");
  CHECK_TRUE(port.remove_reader(other));
  check_sleeps();
  for (const int end : {other, file}) ::close(end);
}

// --- Descriptors of the port itself ---

TEST(Epoll, set_that_the_kernel_does_not_take_at_once_is_told_by_status_and_told_again) {
  eyelet::StaticEpollPort<64> strained;
  eyelet::StaticLoop<4> other{strained};
  CHECK_EQUAL(Errc::none, code(strained.add_reader(other, a.near, [] {})));
  CHECK_EQUAL(Errc::none, code(strained.add_reader(other, b.near, note("readable"))));
  const int number = a.near;
  a.close_near();
  CHECK_TRUE(strained.remove_reader(number));
  refusal = {b.near, ENOMEM};
  b.send("x");
  static_cast<void>(other.poll());
  check_log("");
  CHECK_TRUE((strained.status().error() == Error{Errc::system, ENOMEM}));
  static_cast<void>(other.poll());
  check_log("readable ");
  refusal = {lowest_free_descriptor(), ENOSPC};  // the wake end
  eyelet::StaticEpollPort<1> deaf;
  CHECK_TRUE((deaf.status().error() == Error{Errc::system, ENOSPC}));
  CHECK_TRUE(other.close().has_value());
}

// A wake comes late then, but not never.
TEST(Epoll, wake_end_that_the_kernel_does_not_take_again_keeps_the_sleeps_short) {
  const int wake_end = lowest_free_descriptor();
  eyelet::StaticEpollPort<64> strained;
  eyelet::StaticLoop<4> other{strained};
  CHECK_EQUAL(Errc::none, code(strained.add_reader(other, a.near, [] {})));
  const int number = a.near;
  a.close_near();
  CHECK_TRUE(strained.remove_reader(number));
  refusal = {wake_end, ENOMEM};
  const TimePoint start = strained.now();
  strained.wait_until(start + kHang);
  CHECK_TRUE(strained.now() - start < kHang);
  CHECK_TRUE((strained.status().error() == Error{Errc::system, ENOMEM}));
}

// The port has the two lowest numbers that were free: for waking, and for what it watches.
TEST(Epoll, closed_set_is_told_by_status_does_not_spin_and_is_made_anew) {
  const int wake_end = ::open("/dev/null", O_RDONLY), set = lowest_free_descriptor();
  ::close(wake_end);
  const int before = open_descriptors();
  {
    eyelet::StaticEpollPort<64> strained;
    eyelet::StaticLoop<4> other{strained};
    CHECK_EQUAL(Errc::none, code(strained.add_reader(other, a.near, note("readable"))));
    CHECK_EQUAL(set, ::dup2(b.near, set));  // somebody's by now
    const TimePoint start = strained.now();
    int rounds = 0;
    for (; strained.now() - start < 50ms && rounds < 1000; ++rounds)
      strained.wait_until(start + 50ms);
    CHECK_COMPARE(rounds, <, 20);
    CHECK_FALSE(strained.status().has_value());
    CHECK_TRUE((strained.status().error() == Error{Errc::system, EINVAL}));
    a.send("x");
    static_cast<void>(other.poll());
    check_log("readable ");
    CHECK_TRUE(other.close().has_value());
  }
  CHECK_EQUAL(0, ::close(set));
  CHECK_EQUAL(before, open_descriptors());
}

// N40
TEST(Epoll, port_that_finds_one_descriptor_of_two_says_so_and_watches_once_there_is_another) {
  const int wake_end = lowest_free_descriptor();
  const DescriptorLimit* limit = new DescriptorLimit{static_cast<rlim_t>(wake_end + 1)};
  eyelet::StaticEpollPort<64> poor;
  eyelet::StaticLoop<4> other{poor};
  CHECK_TRUE((poor.status().error() == Error{Errc::system, EMFILE}));
  const eyelet::Result<void> refused = poor.add_reader(other, a.near, note("readable"));
  CHECK_TRUE((refused.error() == Error{Errc::system, EMFILE}));
  delete limit;
  poor.wait_until(poor.now() + 1ms);
  CHECK_EQUAL(Errc::none, code(poor.add_reader(other, a.near, note("readable"))));
  a.send("x");
  static_cast<void>(other.poll());
  check_log("readable ");
  CHECK_TRUE(other.close().has_value());
}
