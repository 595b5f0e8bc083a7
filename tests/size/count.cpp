// SPDX-License-Identifier: BSL-1.0
// count: a plugin of QEMU that counts the instructions of a Cortex-M, exactly.
//
//   mov r9, r9     from here on they are counted
//   mov r10, r10   until here: their number is printed
//
// neither of which a compiler writes. At the end it prints for how many instructions interrupts
// were off at the longest, from CPSID to the MSR that belongs to it. QEMU's interface for plugins
// is declared here, because Debian has no header of it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>

extern "C" {

using Id = std::uint64_t;
struct qemu_plugin_tb;  // a block of instructions that QEMU has translated
struct qemu_plugin_insn;
enum class Registers { none };
using OnInstruction = void (*)(unsigned cpu, void* argument);

std::size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb*);
qemu_plugin_insn* qemu_plugin_tb_get_insn(const qemu_plugin_tb*, std::size_t);
const void* qemu_plugin_insn_data(const qemu_plugin_insn*);
std::size_t qemu_plugin_insn_size(const qemu_plugin_insn*);
std::uint64_t qemu_plugin_insn_vaddr(const qemu_plugin_insn*);
void qemu_plugin_register_vcpu_tb_trans_cb(Id, void (*)(Id, qemu_plugin_tb*));
void qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_insn*, OnInstruction, Registers, void*);
void qemu_plugin_register_atexit_cb(Id, void (*)(Id, void*), void*);
void qemu_plugin_outs(const char*);

int qemu_plugin_version = 1;

}  // extern "C"

namespace {

std::uint64_t executed, begun, masked_since;
unsigned masks;
std::uintptr_t masked_at;
std::map<std::uintptr_t, std::uint64_t> longest_masked;  // by the address of the CPSID

void print(const char* what, std::uint64_t number) {
  char line[80];
  std::snprintf(line, sizeof line, "%s %llu\n", what, static_cast<unsigned long long>(number));
  qemu_plugin_outs(line);
}

// What an instruction does here; counted is what comes between two of them.
void on_any(unsigned, void*) { ++executed; }
void on_begin(unsigned, void*) { begun = ++executed; }
void on_end(unsigned, void*) { print("counted", executed++ - begun); }

void on_mask(unsigned, void* address) {
  ++executed;
  if (masks++ != 0) return;
  masked_since = executed;
  masked_at = reinterpret_cast<std::uintptr_t>(address);
}

// What was masked first is restored last.
void on_restore(unsigned, void*) {
  ++executed;
  if (--masks != 0) return;
  std::uint64_t& longest = longest_masked[masked_at];
  longest = std::max(longest, executed - masked_since);
}

OnInstruction what_it_does(const qemu_plugin_insn* instruction) {
  std::uint16_t halves[2] = {};
  std::memcpy(halves, qemu_plugin_insn_data(instruction), qemu_plugin_insn_size(instruction));
  if (halves[0] == 0x46C9) return on_begin;
  if (halves[0] == 0x46D2) return on_end;
  if (halves[0] == 0xB672) return on_mask;                                       // cpsid i
  if ((halves[0] & 0xFFF0) == 0xF380 && halves[1] == 0x8810) return on_restore;  // msr primask
  return on_any;
}

void on_translation(Id, qemu_plugin_tb* block) {
  const std::size_t count = qemu_plugin_tb_n_insns(block);
  for (std::size_t i = 0; i < count; ++i) {
    qemu_plugin_insn* const instruction = qemu_plugin_tb_get_insn(block, i);
    void* const address = reinterpret_cast<void*>(qemu_plugin_insn_vaddr(instruction));
    qemu_plugin_register_vcpu_insn_exec_cb(instruction, what_it_does(instruction), Registers::none,
                                           address);
  }
}

void on_exit(Id, void*) {
  for (const auto& [address, instructions] : longest_masked) {
    char place[40];
    std::snprintf(place, sizeof place, "masked %#zx", address);
    print(place, instructions);
  }
  if (masks != 0) print("left masked", masks);
}

}  // namespace

extern "C" int qemu_plugin_install(Id id, const void*, int, char**) {
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  qemu_plugin_register_atexit_cb(id, on_exit, nullptr);
  return 0;
}
