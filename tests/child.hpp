// SPDX-License-Identifier: BSL-1.0
// Runs a few lines in a child process: for what ends the process that does it.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <initializer_list>

namespace child {

/// The signal that ended a child that ran `fn()`, 0 if it came to its end.
template <class F>
int signal_of(F&& fn) {
  const pid_t pid = fork();
  if (pid == 0) {
    // A sanitizer's own handlers would turn the trap into an exit.
    for (const int trap : {SIGILL, SIGTRAP, SIGABRT, SIGSEGV}) std::signal(trap, SIG_DFL);
    alarm(20);
    fn();
    _exit(0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/// Whether `fn()` runs into a failed assertion.
template <class F>
bool traps(F&& fn) {
  const int signal = signal_of(fn);
  return signal == SIGILL || signal == SIGTRAP;
}

}  // namespace child
