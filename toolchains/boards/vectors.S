// SPDX-License-Identifier: BSL-1.0
// The vector table of any Cortex-M: a handler is a function with the name it has here, in C's way of
// naming. Where there is none the table has a 0, which is no address of Thumb code: what comes by
// it is a fault, and that ends the program (start.cpp).

    .syntax unified
    .thumb

    .macro handler name
    .weak \name\()_Handler
    .word \name\()_Handler
    .endm

    .section .vectors, "a"
    .global vectors
vectors:
    .reloc vectors, R_ARM_NONE, last_vector
    .word stack_top
    .word reset
    .irp name, NMI, HardFault, MemManage, BusFault, UsageFault, SecureFault
    handler \name
    .endr
    .word 0, 0, 0
    handler SVC
    handler DebugMon
    .word 0
    handler PendSV
    handler SysTick

    // Those of the board, by number, each in a section of its own, which keeps the one before it: the
    // linker takes those up to vectors.ld's last_vector, or to the last that is enabled by
    // cpu::enable_interrupt().
    .macro interrupt number, before
    .section .vectors.\number, "a"
    .global vector_\number
vector_\number:
    .if \number
    .reloc vector_\number, R_ARM_NONE, vector_\before
    .endif
    handler Interrupt\number
    .endm

    .altmacro
    .set .Lnumber, 0
    .rept 64
    interrupt %.Lnumber, %(.Lnumber - 1)
    .set .Lnumber, .Lnumber + 1
    .endr
