# SPDX-License-Identifier: BSL-1.0
"""CPython's asyncio: the workloads of the other programs of this folder, called as they are."""
import asyncio
import os
import random
import selectors
import socket
import sys
import threading
import time

loop = asyncio.new_event_loop()
left = 0
total = 0


def more():
    global left
    left -= 1
    if left > 0:
        return True
    loop.stop()
    return False


def add(number):
    global total
    total += number


def nothing():
    pass


def run(operations, begin):
    global left
    left = operations
    begin()
    loop.run_forever()


# --- Posts ---

def post_1000(operations):
    for _ in range(0, operations, 1000):
        for number in range(1000):
            loop.call_soon(add, number)
        loop.call_soon(loop.stop)
        loop.run_forever()


def begin_post():
    add(1)
    if more():
        loop.call_soon(begin_post)


def post_beside_idle_fd(operations):
    loop.add_reader(os.pipe()[0], nothing)
    run(operations, begin_post)


# --- Futures ---

def begin_future():
    future = loop.create_future()
    future.add_done_callback(end_future)
    future.set_result(1)


def end_future(future):
    add(future.result())
    if more():
        begin_future()


async def stage(before):
    return await before + 1


async def chain():
    while True:
        future = loop.create_future()
        last = future
        for _ in range(10):
            last = stage(last)
        loop.call_soon(future.set_result, 1)
        add(await last)
        if not more():
            return


def gather(count):
    def begin():
        futures = [loop.create_future() for _ in range(count)]
        asyncio.gather(*futures).add_done_callback(end)
        for future in futures:
            future.set_result(1)

    def end(future):
        add(future.result()[-1])
        if more():
            begin()
    return begin


async def wait_for():
    while True:
        future = loop.create_future()
        loop.call_soon(future.set_result, 1)
        add(await asyncio.wait_for(future, 3600))
        if not more():
            return


# --- Timers ---

def far(i):
    return delays[i % 1024]


def arm_others(others):
    global start
    for i in range(others):
        loop.call_later(far(i), nothing)
    start = time.perf_counter_ns()


def begin_timer():
    if more():
        loop.call_later(0, begin_timer)


def timer_fired(others):
    def workload(operations):
        arm_others(others)
        run(operations, lambda: loop.call_later(0, begin_timer))
    return workload


# What was cancelled stays in its heap until half of that is; a pass now and then sees to it.
def timer_cancelled(others):
    def workload(operations):
        arm_others(others)
        for i in range(operations):
            loop.call_later(far(i), nothing).cancel()
            if i % 100 == 99:
                loop.call_soon(loop.stop)
                loop.run_forever()
    return workload


# --- What several share ---

async def produce(queue):
    while True:
        await queue.put(1)


async def consume(queue):
    while True:
        add(await queue.get())
        if not more():
            return


def begin_queue(size):
    def begin():
        queue = asyncio.Queue(size)
        tasks.extend(loop.create_task(work(queue)) for work in (consume, produce))
    return begin


def free_one(make):
    async def acquire(operations):
        resource = make()
        for _ in range(operations):
            async with resource:
                add(1)

    def workload(operations):
        loop.run_until_complete(acquire(operations))
    return workload


async def hand_over(resource):
    while True:
        async with resource:
            await asyncio.sleep(0)
            if not more():
                return


def begin_hand_over(make):
    def begin():
        resource = make()
        tasks.extend(loop.create_task(hand_over(resource)) for _ in range(2))
    return begin


# --- Another thread ---

def add_one():
    add(1)
    more()


def thread_post(operations):
    def post():
        for _ in range(operations):
            loop.call_soon_threadsafe(add_one)
    poster = threading.Thread(target=post)
    run(operations, poster.start)
    poster.join()


# --- Memory ---

def waiting_post(operations):
    for number in range(operations):
        loop.call_soon(add, number)


def waiting_future(operations):
    tasks.extend(loop.create_future() for _ in range(operations))


# --- Echo ---

class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)

    def connection_lost(self, error):
        more()


async def accept_clients(connections):
    with socket.create_server(('127.0.0.1', 0), backlog=4096) as listener:
        print(listener.getsockname()[1], flush=True)
        clients = [listener.accept()[0] for _ in range(connections)]
    for client in clients:
        await loop.connect_accepted_socket(Echo, client)


def echo(selector):
    def workload(connections):
        global left, loop
        left = connections
        loop = asyncio.SelectorEventLoop(selector())
        loop.run_until_complete(accept_clients(connections))
        loop.run_forever()
    return workload


def task(coroutine):
    return lambda: tasks.append(loop.create_task(coroutine()))


def repeat(begin):
    return lambda operations: run(operations, begin)


delays = [random.randrange(900, 3600) for _ in range(1024)]
tasks = []
workloads = {
    'post_1000': post_1000,
    'post_1': repeat(begin_post),
    'post_1_idle_fd': post_beside_idle_fd,
    'future': repeat(begin_future),
    'chain_10': repeat(task(chain)),
    'gather_10': repeat(gather(10)),
    'gather_100': repeat(gather(100)),
    'wait_for': repeat(task(wait_for)),
    **{f'timer_fired_{n}': timer_fired(n) for n in (10, 1000, 10000, 100000)},
    **{f'timer_cancelled_{n}': timer_cancelled(n) for n in (10, 1000, 10000, 100000)},
    'queue_1': repeat(begin_queue(1)),
    'queue_64': repeat(begin_queue(64)),
    'lock_free': free_one(asyncio.Lock),
    'lock_handed': repeat(begin_hand_over(asyncio.Lock)),
    'semaphore_free': free_one(asyncio.Semaphore),
    'semaphore_handed': repeat(begin_hand_over(asyncio.Semaphore)),
    'thread_post': thread_post,
    'waiting_post': waiting_post,
    'waiting_future': waiting_future,
    'waiting_timer': arm_others,
    'echo_poll': echo(selectors.PollSelector),
    'echo_epoll': echo(selectors.EpollSelector),
}

if len(sys.argv) == 1:
    print('\n'.join(workloads))
else:
    start = time.perf_counter_ns()
    workloads[sys.argv[1]](int(sys.argv[2]))
    print(time.perf_counter_ns() - start, 0)
    sys.stdout.flush()
    os._exit(0)
