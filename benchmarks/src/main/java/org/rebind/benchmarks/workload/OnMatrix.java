package org.rebind.benchmarks.workload;

import java.util.List;

/** A workload that makes as many elements of one float32 matrix as it has, and is bound by memory. */
abstract class OnMatrix extends Workload {
    final Array x;
    final int rows;
    final int columns;

    OnMatrix(String suite, int rows, int columns) {
        super(suite, rows + "x" + columns);
        x = Array.normal(1, 1, rows, columns);
        this.rows = rows;
        this.columns = columns;
    }

    @Override
    public final List<Array> inputs() {
        return List.of(x);
    }

    @Override
    public final long bytes() {
        return 8L * x.data().length;
    }
}
