package org.rebind.codegen.ir;

import java.util.List;

/** A statement of the Kernel IR. Blocks are lists of statements; variables are visible to the end of their block. */
public sealed interface Stmt {
    /** A variable that never changes. */
    record Let(Expr.Var variable, Expr value) implements Stmt {
    }

    /** A variable that {@link Assign} changes. */
    record Mutable(Expr.Var variable, Expr initial) implements Stmt {
    }

    record Assign(Expr.Var variable, Expr value) implements Stmt {
    }

    /** A write of one element. */
    record Store(Array array, Expr index, Expr value) implements Stmt {
    }

    /** Reads elements {@code from[at]}, {@code from[at + 1]}, ... at once. @param at a multiple of the number of lanes */
    record WideLoad(Array.Lanes lanes, Array.Buffer from, Expr at) implements Stmt {
    }

    /** Makes room for lanes that {@link Store}s fill. */
    record Declare(Array.Lanes lanes) implements Stmt {
    }

    /** Writes all lanes at once. @param at a multiple of their number */
    record WideStore(Array.Buffer to, Expr at, Array.Lanes lanes) implements Stmt {
    }

    /** Combines what the threads of a group have in their accumulators, so that each has the whole. */
    record Combined(List<Accumulator> accumulators) implements Stmt {
        public Combined {
            accumulators = List.copyOf(accumulators);
        }
    }

    /**
     * Copies a square: {@code to[place + r * width + c] = from[at + c * step + r]} for rows r and columns c below
     * {@code side}, the lanes of a vector.
     *
     * @param first the load of {@code from[at]}
     */
    record Transposed(Array to, Expr place, int width, Expr.Load first, Expr step, int side) implements Stmt {
    }

    /** Waits for all threads of the group; what they wrote to shared memory is there. */
    record Barrier() implements Stmt {
    }

    /**
     * Iterations of {@code variable} from {@code from} up to, not including, {@code to}.
     *
     * @param step distance of iterations; of kinds GRID and THREADS each thread's own iterations are so far from the next
     *     thread's
     */
    record Loop(Expr.Var variable, Expr from, Expr to, int step, Kind kind, List<Stmt> body) implements Stmt {
        public Loop {
            body = List.copyOf(body);
        }
    }

    /**
     * A loop whose only effect is to combine values into accumulators, which are visible after it. Starts from the
     * neutral element of each combination.
     *
     * @param body the lets that the accumulators' values use
     */
    record Fold(Expr.Var variable, Expr from, Expr to, Kind kind, List<Stmt> body, List<Accumulator> accumulators)
            implements Stmt {
        public Fold {
            body = List.copyOf(body);
            accumulators = List.copyOf(accumulators);
        }
    }

    /** Statements run where a condition holds. */
    record If(Expr condition, List<Stmt> body) implements Stmt {
        public If {
            body = List.copyOf(body);
        }
    }

    /** A remark in the source, one line. */
    record Comment(String text) implements Stmt {
    }

    /**
     * What a fold makes.
     *
     * @param variable holds the result; for ARGMAX and ARGMIN the int32 index of the first extreme
     * @param value of one iteration
     * @param extreme for ARGMAX and ARGMIN the variable that holds the extreme value itself, else null
     */
    record Accumulator(Expr.Var variable, Combine combine, Expr value, Expr.Var extreme) {
        public Accumulator(Expr.Var variable, Combine combine, Expr value) {
            this(variable, combine, value, null);
        }
    }

    /** How a fold combines; MAX and MIN propagate NaN, of bools they are any and all. */
    enum Combine { SUM, PROD, MAX, MIN, ARGMAX, ARGMIN }

    /** Who runs the iterations of a loop or fold. */
    enum Kind {
        /** One thread, in order. */
        SERIAL,
        /** One thread; iterations are independent and neighbours touch neighbouring elements: vectorise. */
        LANES,
        /** One thread, in order; the bounds are literals, and the loop is unrolled. */
        UNROLLED,
        /** GPU: all threads of the grid, strided. {@code from} and {@code to} cover the kernel's extent. */
        GRID,
        /** GPU: all groups of the grid, strided; every thread of a group runs the body. */
        GROUPS,
        /** GPU: the threads of one group, strided; of a fold, combined by a tree, the result known to all of them. */
        THREADS
    }
}
