// SPDX-License-Identifier: BSL-1.0
// What port/poll does and port/epoll cannot: poll(2) tells of descriptors that were closed.
#include <port/poll/poll.hpp>
#include <tests/descriptors.hpp>

using namespace descriptors;

TEST_GROUP_BASE(Poll, Group<eyelet::StaticPollPort<64>>){};

// N33
TEST(Poll, watchers_of_a_closed_descriptor_run_once_more_see_ebadf_and_are_reported) {
  struct {
    int number, seen;
  } reader{a.near, 0};
  read_with(a.near, [this, &reader, live = Live{}] {
    reader.seen = Pair::receive(reader.number);
    log += "reader ";
  });
  write_with(a.near, [this, live = Live{}] { log += "writer "; });
  read_with(b.near, note("other"));
  a.close_near();
  look();
  check_log("reader writer ");
  CHECK_EQUAL(-EBADF, reader.seen);
  CHECK_EQUAL(2, reports);
  CHECK_TRUE((last_report == Error{Errc::system, EBADF}));
  CHECK_EQUAL(0, Live::count);
  b.send("x");
  look();
  check_log("other ");
  CHECK_EQUAL(2, reports);
}

// N33, X11
TEST(Poll, last_run_of_a_closed_descriptors_reader_can_still_remove_its_writer) {
  read_with(a.near, [this, number = a.near] { CHECK_TRUE(port.remove_writer(number)); });
  write_with(a.near, note("writer"));
  a.close_near();
  look();
  check_log("");
  CHECK_EQUAL(1, reports);
}

TEST(Poll, last_run_of_a_closed_descriptors_reader_may_watch_the_number_again) {
  const int number = a.near;
  read_with(number, [this, number] {
    CHECK_EQUAL(number, ::dup(b.near));
    a.near = number;
    read_with(number, note("new"));
  });
  a.close_near();
  look();
  b.send("x");
  look();
  check_log("new ");
  CHECK_EQUAL(1, reports);
}

TEST(Poll, writer_added_before_the_last_run_of_a_closed_descriptors_reader_is_watched) {
  const int number = a.near;
  read_with(b.near, [this, number] {
    if (a.near >= 0) return;
    CHECK_EQUAL(number, ::dup(c.near));
    a.near = number;
    write_with(number, note("new"));
  });
  read_with(number, note("last"));
  b.send("x");
  a.close_near();
  look();
  check_log("last ");
  look();
  check_log("new ");
  CHECK_EQUAL(1, reports);
}

// The other loop's look finds what is closed, and whose reader it is cannot be ended just then.
TEST(Poll, reader_that_closes_its_descriptor_and_runs_another_loop_runs_once_more_later) {
  read_with(a.near, [this, live = Live{7}] {
    a.close_near();
    eyelet::StaticLoop<4> inner{port};
    static_cast<void>(inner.poll());
    CHECK_EQUAL(7, live.id);
    log += "ran ";
  });
  a.send("x");
  look();
  CHECK_EQUAL(0, reports);
  look();
  look();
  check_log("ran ran ");
  CHECK_EQUAL(1, reports);
}

// More descriptors in one poll(2) than the limit allows: it fails, and nothing else is wrong.
TEST(Poll, failing_poll_is_told_by_status_and_does_not_spin) {
  eyelet::StaticPollPort<64> strained;
  eyelet::StaticLoop<4> other{strained};
  for (const int fd : {a.near, b.near, c.near})
    CHECK_EQUAL(Errc::none, code(strained.add_reader(other, fd, note("readable"))));
  int rounds = 0;
  {
    const DescriptorLimit limit{2};
    const TimePoint start = strained.now();
    for (; strained.now() - start < 50ms && rounds < 1000; ++rounds)
      strained.wait_until(start + 50ms);
  }
  CHECK_COMPARE(rounds, <, 20);
  CHECK_FALSE(strained.status().has_value());
  CHECK_TRUE((strained.status().error() == Error{Errc::system, EINVAL}));
  a.send("x");
  static_cast<void>(other.poll());
  check_log("readable ");
  CHECK_TRUE(other.close().has_value());
}
