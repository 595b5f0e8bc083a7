// SPDX-License-Identifier: BSL-1.0
// An echo server and its clients, over real TCP on 127.0.0.1, all in one loop and without a heap.
// 32 clients are tasks in the loop, 4 more block in a process of their own, and one says nothing
// until the server loses patience. Exit status 0: every byte came back, nothing leaked.
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <examples/network/count_heap.hpp>
#include <eyelet/eyelet.hpp>
#include <port/poll/choice.hpp>

using namespace std::chrono_literals;
using eyelet::Errc;
using eyelet::Future;
using eyelet::TimePoint;

namespace {

constexpr int kTasks = 32, kBlocking = 4;
constexpr int kClients = kTasks + 1, kConnections = kClients + kBlocking;
constexpr std::size_t kMessages[] = {11, 5'000, 100'000};  // bytes

eyelet::StaticDescriptorPort<128> port;  // descriptors 0 to 127
eyelet::StaticLoop<512> loop{port};      // 512 blocks: all that can wait at a time

char text[100'000 + kClients];  // client n sends what begins at text[n]
int connections_open, connections_accepted, timed_out, failures, messages_echoed;
unsigned long bytes_echoed, partial_writes;
int ends_open = kConnections + kClients;  // of connections: the server's, and those of the tasks
Future<void> all_closed;

[[gnu::format(printf, 1, 2)]] void say(const char* format, ...) {
  static const TimePoint start = loop.time();
  std::printf("%5lld ms  ", static_cast<long long>((loop.time() - start).count() / 1000));
  std::va_list arguments;
  va_start(arguments, format);
  std::vprintf(format, arguments);
  va_end(arguments);
  std::putchar('\n');
}

// Nothing to read yet, or no room to write: not an error.
bool not_now() { return errno == EAGAIN || errno == EINTR; }

// So little room that the long messages go in pieces, and each side has to wait for the other.
void shrink_buffers(int fd) {
  const int bytes = 8192;
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

void close_end(int fd) {
  port.remove_reader(fd);
  port.remove_writer(fd);
  ::close(fd);
  if (--ends_open == 0) all_closed.set_result();
}

// --- Server: what a connection has read it writes back, and then it reads on ---

class Connection {
 public:
  void open(int fd) {
    fd_ = fd;
    ++connections_open;
    patience_ = loop.call_later(1200ms, [this] { give_up(); });
    if (!port.add_reader(loop, fd_, [this] { read(); })) close();
  }

 private:
  void read() {
    const ssize_t count = ::recv(fd_, buffer_, sizeof buffer_, 0);
    if (count < 0 && not_now()) return;
    if (count <= 0) return close();
    patience_.cancel();
    patience_ = loop.call_later(1200ms, [this] { give_up(); });
    written_ = 0;
    size_ = static_cast<std::size_t>(count);
    port.remove_reader(fd_);
    if (!port.add_writer(loop, fd_, [this] { write(); })) close();
  }

  void write() {
    const ssize_t count = ::send(fd_, buffer_ + written_, size_ - written_, MSG_NOSIGNAL);
    if (count < 0 && not_now()) return;
    if (count < 0) return close();
    written_ += static_cast<std::size_t>(count);
    bytes_echoed += static_cast<unsigned long>(count);
    if (written_ < size_) return static_cast<void>(++partial_writes);
    port.remove_writer(fd_);
    if (!port.add_reader(loop, fd_, [this] { read(); })) close();
  }

  void give_up() {
    ++timed_out;
    say("server: a client has said nothing for 1.2 s, hanging up");
    close();
  }

  void close() {
    patience_.cancel();
    --connections_open;
    close_end(fd_);
  }

  int fd_ = -1;
  char buffer_[8192];
  std::size_t size_ = 0, written_ = 0;
  eyelet::Handle patience_;
};

Connection connections[kConnections];

int listen_on_loopback(sockaddr_in& address) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);  // any free port
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  const bool listens = ::bind(fd, any, size) == 0 && ::listen(fd, kConnections) == 0 &&
                       ::getsockname(fd, any, &size) == 0;
  return listens ? fd : -1;
}

void accept_one(int listener) {
  const int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;  // whoever knocked has gone
  if (connections_accepted == kConnections) return static_cast<void>(::close(fd));
  shrink_buffers(fd);
  connections[connections_accepted++].open(fd);
}

// --- Clients that are tasks: each step is a future, each wait has a limit ---

class Client {
 public:
  void start(int number, const sockaddr_in& server) {
    number_ = number;
    server_ = &server;
    session_ = loop.create_task([this] {
      return eyelet::sleep(loop, number_ * 15ms)
          .then([this] { return connect(); })
          .then([this] { return number_ < kTasks ? talk() : keep_silent(); })
          .or_else([this](eyelet::Error error) {
            ++failures;
            say("client %d: %s (%d)", number_, name(error.code), static_cast<int>(error.detail));
          })
          .finally([this] { close_end(fd_); });
    });
  }

 private:
  Future<void> connect() {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    shrink_buffers(fd_);
    ::connect(fd_, reinterpret_cast<const sockaddr*>(server_), sizeof *server_);
    await(port.add_writer(loop, fd_, [this] {
      int error = 0;
      socklen_t size = sizeof error;
      ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
      port.remove_writer(fd_);
      error == 0 ? finish() : fail({Errc::system, error});
    }));
    return awaited_;
  }

  Future<void> talk() {
    return ask(kMessages[0])
        .then([] { return eyelet::sleep(loop, 300ms); })
        .then([this] { return ask(kMessages[1]); })
        .then([] { return eyelet::sleep(loop, 300ms); })
        .then([this] { return ask(kMessages[2]); })
        .then([this] { say("client %d: 3 messages came back", number_); });
  }

  // Sends `size` bytes; done when the same have come back.
  Future<void> ask(std::size_t size) {
    size_ = size;
    sent_ = received_ = 0;
    await(port.add_reader(loop, fd_, [this] { receive(); }));
    if (!port.add_writer(loop, fd_, [this] { send(); })) fail({Errc::out_of_blocks});
    return awaited_;
  }

  void send() {
    const ssize_t count = ::send(fd_, text + number_ + sent_, size_ - sent_, MSG_NOSIGNAL);
    if (count < 0 && not_now()) return;
    if (count < 0) return fail({Errc::system, errno});
    sent_ += static_cast<std::size_t>(count);
    if (sent_ < size_) return static_cast<void>(++partial_writes);
    port.remove_writer(fd_);
  }

  void receive() {
    char buffer[4096];
    const ssize_t count = ::recv(fd_, buffer, std::min(sizeof buffer, size_ - received_), 0);
    if (count < 0 && not_now()) return;
    if (count < 0) return fail({Errc::system, errno});
    if (count == 0) return fail({Errc::incomplete_read, static_cast<int>(received_)});
    const auto arrived = static_cast<std::size_t>(count);
    if (std::memcmp(buffer, text + number_ + received_, arrived) != 0) return fail({Errc::user, 1});
    received_ += arrived;
    if (received_ < size_) return;
    port.remove_reader(fd_);
    ++messages_echoed;
    finish();
  }

  Future<void> keep_silent() {
    say("client %d: connected, and says nothing", number_);
    await(port.add_reader(loop, fd_, [this] {
      char byte;
      ::recv(fd_, &byte, 1, 0) == 0 ? finish() : fail({Errc::user, 2});
    }));
    return awaited_;
  }

  // Makes `awaited_` a future that finish(), fail() or the time limit completes.
  void await(eyelet::Result<void> watched) {
    awaited_ = loop.create_future<void>();
    limit_ = loop.call_later(2s, [this] { fail({Errc::timed_out}); });
    if (!watched) fail(watched.error());
  }
  void finish() {
    limit_.cancel();
    awaited_.set_result();
  }
  void fail(eyelet::Error error) {
    limit_.cancel();
    awaited_.set_error(error);
  }

  int number_ = 0, fd_ = -1;
  const sockaddr_in* server_ = nullptr;
  std::size_t size_ = 0, sent_ = 0, received_ = 0;
  Future<void> awaited_, session_;
  eyelet::Handle limit_;
};

Client clients[kClients];

// --- Clients that block, in a process of their own. Returns how many failed ---

int run_blocking_clients(const sockaddr_in& server) {
  ::alarm(5);
  int fds[kBlocking], failed = 0;
  for (int& fd : fds) {
    fd = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) ++failed;
  }
  for (const int fd : fds) {
    const ssize_t size = kMessages[1];
    static char answer[size];
    for (int i = 0; i < 3; ++i)
      if (::send(fd, text, size, MSG_NOSIGNAL) != size ||
          ::recv(fd, answer, size, MSG_WAITALL) != size || std::memcmp(answer, text, size) != 0)
        ++failed;
    ::usleep(150'000);
  }
  for (const int fd : fds) ::close(fd);
  std::printf("          process %d: 4 blocking clients, 12 messages, %d failed\n", ::getpid(),
              failed);
  return failed;
}

// --- A ticker that does not drift: each deadline is computed from the last, not from now ---

struct Ticker {
  TimePoint due;
  static inline eyelet::Handle next;
  void operator()() const {
    say("tick, %lld us late: %d connections open",
        static_cast<long long>((loop.time() - due).count()), connections_open);
    next = loop.call_at(due + 250ms, Ticker{due + 250ms});
  }
};

void print_costs(unsigned allocations) {
  const eyelet::Stats stats = loop.stats();
  std::printf("\nwhat it cost\n");
  std::printf("  connections       %d, one of them timed out\n", connections_accepted);
  std::printf("  messages          %d of clients in the loop\n", messages_echoed);
  std::printf("  bytes echoed      %lu, with %lu partial writes\n", bytes_echoed, partial_writes);
  std::printf("  callbacks run     %zu\n", stats.callbacks_run);
  std::printf("  blocks            %zu of %zu at the worst, %zu now\n", stats.peak, stats.capacity,
              stats.in_use);
  std::printf("  bytes             %zu the loop, blocks included; %zu the port\n", sizeof loop,
              sizeof port);
  if (kHeapIsCounted) std::printf("  heap allocations  %u\n", allocations);
}

}  // namespace

int main() {
  static char output[BUFSIZ];
  std::setvbuf(stdout, output, _IOLBF, sizeof output);
  for (std::size_t i = 0; i < sizeof text; ++i) text[i] = static_cast<char>(i * 31 % 251);

  sockaddr_in address{};
  const int listener = listen_on_loopback(address);
  if (listener < 0) return std::perror("no server"), 1;
  say("server: listening on 127.0.0.1:%d", ntohs(address.sin_port));

  const pid_t process = ::fork();
  if (process == 0) ::_exit(run_blocking_clients(address));

  const unsigned allocations_before = heap_allocations;
  all_closed = loop.create_future<void>();
  if (!port.status() || !port.add_reader(loop, listener, [listener] { accept_one(listener); }))
    return std::puts("no port"), 1;
  for (int i = 0; i < kClients; ++i) clients[i].start(i, address);
  const eyelet::Handle guard =
      loop.call_later(4500ms, [] { all_closed.set_error(Errc::timed_out); });
  Ticker{loop.time()}();

  const eyelet::Result<void> outcome = loop.run_until_complete(all_closed);

  Ticker::next.cancel();
  guard.cancel();
  port.remove_reader(listener);
  ::close(listener);
  int blocking_failed = -1;
  ::waitpid(process, &blocking_failed, 0);
  say(outcome ? "all connections closed" : "too slow: giving up");
  for (Client& client : clients) client = Client{};
  all_closed = Future<void>{};

  const unsigned allocations = heap_allocations - allocations_before;
  print_costs(allocations);
  const bool well = outcome && failures == 0 && blocking_failed == 0 && allocations == 0 &&
                    timed_out == 1 && messages_echoed == 3 * kTasks && loop.stats().in_use == 0;
  std::puts(well ? "all is well" : "SOMETHING IS WRONG");
  return well ? 0 : 1;
}
