// SPDX-License-Identifier: BSL-1.0
// A fault that a program has no handler for ends it: fault.end says how.

int main() { __builtin_trap(); }
