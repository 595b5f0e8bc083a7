// SPDX-License-Identifier: BSL-1.0
// choice: poll(2), or with EYELET_EPOLL=1 epoll(7), for programs that are built for either.
#pragma once

#ifndef EYELET_EPOLL
#define EYELET_EPOLL 0
#endif

#if EYELET_EPOLL
#include <port/epoll/epoll.hpp>
#else
#include <port/poll/poll.hpp>
#endif

namespace eyelet {

constexpr bool kEpoll = EYELET_EPOLL != 0;

#if EYELET_EPOLL
template <std::size_t Descriptors>
using StaticDescriptorPort = StaticEpollPort<Descriptors>;
#else
template <std::size_t Descriptors>
using StaticDescriptorPort = StaticPollPort<Descriptors>;
#endif

}  // namespace eyelet
