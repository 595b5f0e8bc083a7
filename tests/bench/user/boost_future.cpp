// SPDX-License-Identifier: BSL-1.0
#define BOOST_THREAD_VERSION 5
#include <boost/thread/executors/loop_executor.hpp>
#include <boost/thread/future.hpp>
#include <cstdio>

int main() {
  boost::executors::loop_executor loop;
  boost::promise<int> promise;
  const auto done = promise.get_future().then(loop, [](boost::future<int>) { std::puts("now"); });
  promise.set_value(1);
  loop.run_queued_closures();
}
