// SPDX-License-Identifier: BSL-1.0
// The clients of the echo servers: `echo_clients PORT CONNECTIONS ACTIVE`. For each number that it
// reads it has as many messages echoed, one under way on each of the first ACTIVE connections, and
// prints how long that took, in nanoseconds.
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

constexpr char kMessage[64] = {};
std::vector<int> connections;
long to_send, to_receive;

void send_one(int connection) {
  if (to_send-- <= 0) return;
  if (::send(connection, kMessage, sizeof kMessage, 0) != sizeof kMessage) std::abort();
}

void receive_one(int connection) {
  char message[sizeof kMessage];
  if (::recv(connection, message, sizeof message, MSG_WAITALL) != sizeof message) std::abort();
  --to_receive;
  send_one(connection);
}

void open_connections(int epoll, int port, int count) {
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(static_cast<std::uint16_t>(port));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int i = 0; i < count; ++i) {
    const int connection = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(connection, reinterpret_cast<sockaddr*>(&server), sizeof server) != 0)
      std::abort();
    epoll_event readable{EPOLLIN, {}};
    readable.data.fd = connection;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, connection, &readable);
    connections.push_back(connection);
  }
}

void have_echoed(int epoll, std::size_t active, long messages) {
  to_send = to_receive = messages;
  for (std::size_t i = 0; i < active; ++i) send_one(connections[i]);
  while (to_receive > 0) {
    epoll_event events[256];
    const int count = ::epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < count; ++i) receive_one(events[i].data.fd);
  }
}

}  // namespace

int main(int, char** arguments) {
  const int epoll = ::epoll_create1(0);
  open_connections(epoll, std::atoi(arguments[1]), std::atoi(arguments[2]));
  const auto active = static_cast<std::size_t>(std::atoi(arguments[3]));
  for (long messages; std::scanf("%ld", &messages) == 1;) {
    const auto start = std::chrono::steady_clock::now();
    have_echoed(epoll, active, messages);
    const std::chrono::nanoseconds taken = std::chrono::steady_clock::now() - start;
    std::printf("%lld\n", static_cast<long long>(taken.count()));
    std::fflush(stdout);
  }
}
