// SPDX-License-Identifier: BSL-1.0
// A million posts by an interrupt that comes at random moments: between any two instructions of
// the loop that looks, runs and falls asleep, and of code that posts itself. Each post arrives once
// and in order, or was refused and counted, and the loop sleeps through none. N21, N23
#include <eyelet/isr_queue.hpp>
#include <eyelet/repeat.hpp>
#include <eyelet/thread_safe_flag.hpp>
#include <tests/firmware/board_timers.hpp>
#include <toolchains/boards/semihosting.hpp>

using namespace std::chrono_literals;

namespace {

// The M3 takes them all; for the M0 and the M33 a third is enough, for time's sake.
constexpr unsigned kPosts = __ARM_ARCH == 7 ? 1'000'000 : 350'000;
// Ticks between the interrupts of a burst: at the longest more than the loop takes from a post to
// its sleep; and after a burst.
constexpr unsigned kShortest = 2, kLongest = 2'000, kSilence = 20'000;
constexpr unsigned kLongestBurst = 8;
constexpr unsigned kFewestPlaces = 400;  // instructions that are interrupted, some 900 of them

eyelet::CortexMPort<BoardTimer> port;
eyelet::StaticLoop<16, 4> loop{port};
eyelet::ThreadSafeFlag flag{loop};
eyelet::IsrQueue<unsigned, 4> queue{loop};

// Written by the loop or by the interrupt, and read by both.
using Count = std::atomic<unsigned>;
void add_one(Count& count) { count = count + 1; }

// call_soon_threadsafe, called by one of the two.
struct Mail {
  Count accepted{0}, refused{0}, ran{0}, out_of_order{0};

  void post() {
    const unsigned number = accepted;
    const bool taken = loop.call_soon_threadsafe([this, number] {
      if (number != ran) add_one(out_of_order);
      add_one(ran);
    });
    add_one(taken ? accepted : refused);
  }
  bool is_through() const { return ran == accepted && out_of_order == 0; }
};
Mail by_interrupt, by_loop;

Count interrupt_sets{0}, loop_sets{0}, woken{0};
bool flag_is_through() { return interrupt_sets + loop_sets == woken + flag.missed(); }

Count put{0}, not_put{0}, got{0}, out_of_order{0};
bool queue_is_through() { return put == got && out_of_order == 0; }

bool all_is_through() {
  return by_interrupt.is_through() && by_loop.is_through() && flag_is_through() &&
         queue_is_through();
}

// --- The loop's side. It posts, too: now and then an interrupt comes in the middle of that. ---

void wake() { add_one(woken); }

void consume(unsigned item) {
  if (item != got) add_one(out_of_order);
  add_one(got);
  by_loop.post();
  flag.set();
  add_one(loop_sets);
}

// --- The interrupt's ---

unsigned posts = 0;

void post_mail() {
  ++posts;
  by_interrupt.post();
}

void set_flag() {
  ++posts;
  flag.set();
  add_one(interrupt_sets);
}

void put_item() {
  ++posts;
  add_one(queue.put_nowait(put) ? put : not_put);
}

unsigned random_below(unsigned bound) {
  static unsigned state = 1;
  state ^= state << 13, state ^= state >> 17, state ^= state << 5;
  return (state >> 8) % bound;
}

// By the processor's timer, and not earlier: one that is pending already is forgotten.
void interrupt_after(unsigned ticks) {
  eyelet::cpu::reg(0xE000E014) = ticks - 1;
  eyelet::cpu::reg(0xE000E018) = 0;
  eyelet::cpu::reg(0xE000ED04) = 1 << 25;
}
void let_interrupts_come(bool on) { eyelet::cpu::reg(0xE000E010) = on ? 7 : 0; }

// Bursts in one way of posting, or in all three. After each there is silence, in which the loop has
// to come to rest: nothing but the last post would wake it.
void storm() {
  static unsigned left = 0, way = 0;
  if (left == 0) {
    if (!all_is_through()) board::fail("a post was slept through or lost\n");
    if (posts >= kPosts) {
      let_interrupts_come(false);
      if (!loop.call_soon_threadsafe([] { loop.stop(); })) board::fail("the mailbox is full\n");
      return;
    }
    left = 1 + random_below(kLongestBurst);
    way = random_below(6);
  }
  --left;
  interrupt_after(left == 0 ? kSilence : kShortest + random_below(kLongest - kShortest));
  if (way == 0 || way > 2) post_mail();
  if (way == 1 || way > 2) set_flag();
  if (way == 2 || way > 2) put_item();
}

// Which instructions have been interrupted: a bit for each half-word of code.
std::uint32_t places[(64 << 10) / 2 / 32];

void note_place(std::uint32_t address) {
  const std::uint32_t half_word = address / 2 % (32 * std::size(places));
  places[half_word / 32] |= std::uint32_t{1} << half_word % 32;
}

unsigned count_places() {
  unsigned count = 0;
  for (const std::uint32_t word : places)
    for (std::uint32_t rest = word; rest != 0; rest &= rest - 1) ++count;
  return count;
}

// --- What came of it ---

void print(unsigned number, const char* what) {
  board::print(number);
  board::print(what);
}

void print_counts() {
  print(posts, " posts by interrupts\n");
  print(by_interrupt.ran, " callbacks ran, ");
  print(by_interrupt.refused, " were refused\n");
  print(woken, " times the flag woke its waiter, ");
  print(flag.missed(), " times it was set already\n");
  print(got, " items arrived, ");
  print(not_put, " were refused\n");
  print(count_places(), " instructions were interrupted\n");
}

bool refusals_were_counted() {
  return loop.stats().mail_refused == by_interrupt.refused + by_loop.refused &&
         queue.missed() == not_put;
}

}  // namespace

void board_timer_interrupt() { port.on_alarm(); }

extern "C" void SysTick_Handler() {
  // On its stack the processor has left r0 to r3, r12, lr, and where it was.
  note_place(static_cast<const std::uint32_t*>(__builtin_dwarf_cfa())[6]);
  storm();
}

int main() {
  port.start();
  const auto waking = eyelet::repeat(loop, [] { return flag.wait().then(wake); });
  const auto consuming = eyelet::repeat(loop, [] { return queue.get().then(consume); });
  loop.call_later(24h, [] {});  // an alarm to arm before each sleep
  interrupt_after(kSilence);
  let_interrupts_come(true);
  const bool ran = loop.run_forever().has_value();
  print_counts();
  const bool everywhere = count_places() >= kFewestPlaces;
  return ran && everywhere && all_is_through() && refusals_were_counted() ? 0 : 1;
}
