// SPDX-License-Identifier: BSL-1.0
// All RAM of a program is in the objects that it declares, and sizeof tells of each: the symbols
// sizeof_..., by which tests/lint/symbols.py looks at the image, once it has run.
#include <eyelet/isr_queue.hpp>
#include <eyelet/sleep.hpp>
#include <eyelet/thread_safe_flag.hpp>
#include <tests/firmware/board_timers.hpp>

using namespace std::chrono_literals;

eyelet::CortexMPort<BoardTimer> port;
eyelet::StaticLoop<8, 4> loop{port};
eyelet::BlockStorage<16> blocks;
eyelet::Loop other{port, blocks};
eyelet::ThreadSafeFlag flag{loop};
eyelet::IsrQueue<int, 8> queue{loop};

void board_timer_interrupt() { port.on_alarm(); }

#define TELL_SIZE(object) \
  __asm__(".global sizeof_" #object "\n\t.set sizeof_" #object ", %c0" : : "i"(sizeof object))

int main() {
  TELL_SIZE(port);
  TELL_SIZE(loop);
  TELL_SIZE(blocks);
  TELL_SIZE(other);
  TELL_SIZE(flag);
  TELL_SIZE(queue);

  port.start();
  const bool posted = loop.call_soon_threadsafe([] { flag.set(); });
  const bool put = queue.put_nowait(1);
  const bool all = posted && put && loop.run_until_complete(flag.wait()) &&
                   loop.run_until_complete(queue.get()) &&
                   other.run_until_complete(eyelet::sleep(other, 1ms));
  return all ? 0 : 1;
}
