package org.rebind.codegen.ir;

import org.rebind.DType;

/** Memory a kernel indexes: one of its buffers, or scratch memory of its own. */
public sealed interface Array {
    String name();

    DType dtype();

    /**
     * A buffer the caller passes.
     *
     * @param access what the kernel does with it; a WRITE buffer is written completely
     */
    record Buffer(String name, DType dtype, Access access) implements Array {
    }

    /**
     * Scratch memory of one chunk of a host kernel, whose contents survive from row to row, or of one thread of a GPU.
     *
     * @param length number of elements
     */
    record Scratch(String name, DType dtype, Expr length) implements Array {
    }

    /**
     * Memory that the threads of a group share, of a register type.
     *
     * @param length number of elements
     */
    record Shared(String name, DType dtype, int length) implements Array {
    }

    /**
     * Neighbouring elements of a buffer in registers of one thread, moved by one wide access; indexed by literals once
     * loops over them are unrolled.
     *
     * @param dtype as in the buffer
     */
    record Lanes(String name, DType dtype, int width) implements Array {
    }

    /** What a kernel does with a buffer. */
    enum Access { READ, WRITE, READ_WRITE }
}
