// SPDX-License-Identifier: BSL-1.0
// A request that fails: who releases its session by hand has forgotten that path, with() has not.
// In asyncio: session = aiohttp.ClientSession() without close(), and async with instead.
// Two sessions there are, as two permits of a semaphore.
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Future;
using eyelet::Result;
using Session = eyelet::Guard<eyelet::Semaphore>;

eyelet::SimPort port;
eyelet::StaticLoop<5> loop{port};
eyelet::Semaphore sessions{loop, 2};

Future<int> get(const char* url) {
  say(loop, "GET %s", url);
  return eyelet::sleep(loop, 1s).then(
      []() -> Result<int> { return eyelet::failure(eyelet::Errc::user, 404); });
}

/// Wrong: nothing behind an error runs, the release neither.
Future<int> fetch_and_leak() {
  return sessions.acquire().then([](Session session) {
    session.detach();  // from here on it is ours to release
    return get("http://example.com/a").then([](int length) {
      static_cast<void>(sessions.release());
      return length;
    });
  });
}

/// Right: released once, however the body ends.
Future<int> fetch() {
  return eyelet::with(sessions, [] { return get("http://example.com/b"); });
}

/// Right as well: the guard is destroyed together with what captured it.
Future<int> fetch_with_guard() {
  return sessions.acquire().then([](Session session) {
    return get("http://example.com/c").then([kept = std::move(session)](int length) {
      return length;
    });
  });
}

void run(const char* what, Future<int> (*fetch_one)()) {
  const Result<int> length = loop.run_until_complete(fetch_one());
  if (!length)
    say(loop, "%s: %s %d", what, name(length.error().code),
        static_cast<int>(length.error().detail));
  say(loop, "%s: %d of 2 sessions left", what, static_cast<int>(sessions.value()));
}

int main() {
  run("by hand", fetch_and_leak);
  run("with()", fetch);
  run("a guard", fetch_with_guard);
}
