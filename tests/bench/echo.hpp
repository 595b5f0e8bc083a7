// SPDX-License-Identifier: BSL-1.0
// echo: what the echo servers of this folder share: connections that are open already, so that only
// the echo is measured.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace bench {

constexpr std::size_t kMessageBytes = 64;

/// Listens on 127.0.0.1, prints the port, and accepts `count` connections.
inline std::vector<int> accept_clients(long count) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(listener, any, size) != 0 || ::listen(listener, 4096) != 0 ||
      ::getsockname(listener, any, &size) != 0)
    std::abort();
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  std::vector<int> clients;
  while (static_cast<long>(clients.size()) < count) {
    clients.push_back(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK));
    if (clients.back() < 0) std::abort();
  }
  ::close(listener);
  return clients;
}

/// Reads a message and writes it back; false at the end. One message is under way on a connection,
/// so there is always room for it.
inline bool echo(int client) {
  char message[kMessageBytes];
  const ssize_t count = ::recv(client, message, sizeof message, 0);
  if (count <= 0) return false;
  if (::send(client, message, static_cast<std::size_t>(count), MSG_NOSIGNAL) != count) std::abort();
  return true;
}

}  // namespace bench
