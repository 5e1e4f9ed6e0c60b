package org.rebind.backend.opencl.internal;

import java.util.Map;
import org.rebind.codegen.Dialect;
import org.rebind.codegen.Dialects;

/**
 * OpenCL C as this backend launches it: every kernel states its local size, so that a driver such as PoCL, which
 * compiles for a local size, can do so when the program is built instead of at the first launch.
 */
final class OpenClDialect {
    private static final Dialect CPU = launched(Dialects.OPENCL_CPU);
    private static final Dialect OTHERS = launched(Dialects.OPENCL);

    private OpenClDialect() {
    }

    static Dialect of(DeviceFacts device) {
        return device.isCpu() ? CPU : OTHERS;
    }

    private static Dialect launched(Dialect dialect) {
        return dialect.with(Map.of(), Map.of(), Map.of(
                "chunkAttribute", "__attribute__((reqd_work_group_size(1, 1, 1)))",
                "threadAttribute", "__attribute__((reqd_work_group_size(256, 1, 1)))"));
    }
}
