// SPDX-License-Identifier: BSL-1.0
// The vector table of any Cortex-M: a handler is a function with the name it has here, in C's way of
// naming. What comes without one ends the program.

    .syntax unified
    .thumb

    // A word of the table, and what stands in for a handler that nobody wrote.
    .macro handler name
    .word \name
    .weak \name
    .thumb_set \name, unexpected
    .endm

    // In this file: an alias of a function elsewhere would be final.
    .text
    .thumb_func
unexpected:
    bl unexpected_interrupt

    .section .vectors, "a"
    .global vectors
vectors:
    .word stack_top
    .word reset
    handler NMI_Handler
    handler HardFault_Handler
    handler MemManage_Handler
    handler BusFault_Handler
    handler UsageFault_Handler
    handler SecureFault_Handler
    .word 0, 0, 0
    handler SVC_Handler
    handler DebugMon_Handler
    .word 0
    handler PendSV_Handler
    handler SysTick_Handler

    // Those of the board, by number.
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    handler Interrupt\number\()_Handler
    .endr
    .irp number, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    handler Interrupt\number\()_Handler
    .endr
