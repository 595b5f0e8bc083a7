// SPDX-License-Identifier: BSL-1.0
// eyelet: all rooms. It defines nothing. Floor 8.
#pragma once

#include <eyelet/sleep.hpp>
#include <eyelet/task.hpp>
#include <eyelet/then.hpp>
#include <eyelet/waiters.hpp>
