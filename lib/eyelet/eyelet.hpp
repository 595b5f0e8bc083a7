// SPDX-License-Identifier: BSL-1.0
// eyelet: all rooms. It defines nothing. Floor 8.
#pragma once

#include <eyelet/as_completed.hpp>
#include <eyelet/barrier.hpp>
#include <eyelet/condition.hpp>
#include <eyelet/event.hpp>
#include <eyelet/gather.hpp>
#include <eyelet/generator.hpp>
#include <eyelet/isr_queue.hpp>
#include <eyelet/lock.hpp>
#include <eyelet/queue.hpp>
#include <eyelet/repeat.hpp>
#include <eyelet/semaphore.hpp>
#include <eyelet/shield.hpp>
#include <eyelet/sleep.hpp>
#include <eyelet/task.hpp>
#include <eyelet/task_group.hpp>
#include <eyelet/then.hpp>
#include <eyelet/thread_safe_flag.hpp>
#include <eyelet/wait.hpp>
#include <eyelet/wait_for.hpp>
#include <eyelet/with.hpp>
