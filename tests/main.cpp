// SPDX-License-Identifier: BSL-1.0
// Runs the tests of the program it is linked into.
#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/MemoryLeakWarningPlugin.h>

int main(int argc, char** argv) {
  // They stand in the library even where leak detection is disabled, and search long lists.
  MemoryLeakWarningPlugin::turnOffNewDeleteOverloads();
  // The number of failures would be cut to eight bits on its way out: 256 of them would pass.
  return CommandLineTestRunner::RunAllTests(argc, argv) != 0;
}
