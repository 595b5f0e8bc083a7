// SPDX-License-Identifier: BSL-1.0
// A loop over two addresses; the second fails, which leaves a gap and does not end the loop.
// In asyncio: for url in urls: try: data = await fetch_from_remote(url), except Exception as e.
// or_else() puts a null in place of the error, so that what comes behind it goes on.
#include <array>
#include <cstring>
#include <examples/say.hpp>
#include <eyelet/eyelet.hpp>
#include <port/sim/sim.hpp>

using namespace std::chrono_literals;
using eyelet::Error;
using eyelet::Future;

eyelet::SimPort port;
eyelet::StaticLoop<8> loop{port};

constexpr std::array kUrls{"http://example.com/data1", "http://example.com/data2"};
std::array<const char*, kUrls.size()> results;  // null: could not be fetched

enum Failure { kNetworkError = 1 };

Future<const char*> fetch_from_remote(const char* url) {
  say(loop, "Fetching data from %s", url);
  return eyelet::sleep(loop, 1s).then([url]() -> eyelet::Result<const char*> {
    if (std::strchr(url, '2') != nullptr) return eyelet::failure(eyelet::Errc::user, kNetworkError);
    return url;
  });
}

const char* what(Error error) {
  return error == Error{eyelet::Errc::user, kNetworkError} ? "Network Error" : name(error.code);
}

Future<void> fetch_data(std::size_t i) {
  return fetch_from_remote(kUrls[i])
      .or_else([url = kUrls[i]](Error error) -> const char* {
        say(loop, "Error fetching %s: %s", url, what(error));
        return nullptr;
      })
      .then([i](const char* data) { results[i] = data; });
}

Future<void> fetch_all() {
  say(loop, "Start fetching");
  return eyelet::repeat(loop,
                        [i = std::size_t{0}]() mutable {
                          return fetch_data(i).then([more = ++i < kUrls.size()] { return more; });
                        })
      .then([] { say(loop, "Done fetching"); });
}

int main() {
  if (!loop.run_until_complete(fetch_all())) return 1;
  say(loop, "Fetched data:");
  for (const char* data : results)
    data != nullptr ? say(loop, "  Data from %s", data) : say(loop, "  None");
}
