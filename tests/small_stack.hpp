// SPDX-License-Identifier: BSL-1.0
// Runs a few lines on a small stack, to see whether it grows with the number of levels.
#pragma once

#ifdef __STDCPP_THREADS__

#include <pthread.h>

#include <tests/child.hpp>

/// Whether `fn()`, run on a stack of 64 KiB, says true: in a child process, because it crashes
/// where the stack is too small.
template <class F>
bool passes_on_a_small_stack(F fn) {
  const int signal = child::signal_of([&fn] {
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 * 1024);
    const auto run = [](void* argument) -> void* {
      if (!(*static_cast<F*>(argument))()) std::raise(SIGABRT);
      return nullptr;
    };
    if (pthread_create(&thread, &attributes, run, &fn) != 0) std::raise(SIGABRT);
    pthread_join(thread, nullptr);
  });
  return signal == 0;
}

#else

/// A board has no more than 64 KiB to begin with, and says so when they were too few.
template <class F>
bool passes_on_a_small_stack(F fn) {
  return fn();
}

#endif
