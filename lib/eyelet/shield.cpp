// SPDX-License-Identifier: BSL-1.0
#include <eyelet/shield.hpp>

namespace eyelet::detail {

void shield_turn(Block& shield) {
  Block& shielded = *shield.upstream;
  set_flag(shield, kRunning);
  shield.upstream = nullptr;
  copy_outcome(shield, &shielded);
  drop_dependent(shielded);
  finish(shield);
}

void withdraw_shield(Block& shield) {
  shield.upstream->continuations.remove(shield);
  construct<Block*, kPayloadBytes>(shield.payload, std::exchange(shield.upstream, nullptr));
}

void drop_shield(void* shielded) { drop_dependent(**std::launder(static_cast<Block**>(shielded))); }

}  // namespace eyelet::detail
