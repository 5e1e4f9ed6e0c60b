package org.rebind.benchmarks;

/**
 * One thing to measure.
 *
 * @param what how it is measured
 * @param suite the suite it belongs to
 * @param size its size in the suite; for calls, {@code suite/size} is the workload unless {@code workload} says otherwise
 * @param workload the workload called, where one is
 * @param contender its name in results; {@code rebind-plain} is Rebind in a JVM without the vector module
 */
record Trial(Kind what, String suite, String size, String workload, String contender) {
    /** How a trial is measured. */
    enum Kind { CALL, CALLERS, FIRST_RESULT, COMPILE_TIME, FRESH_KERNEL, SEVERAL_KERNELS, OBJECTS }

    static Trial call(String workload, String contender) {
        String[] parts = workload.split("/");
        return new Trial(Kind.CALL, parts[0], parts[1], workload, contender);
    }

    String id() {
        return suite + "/" + size;
    }

    boolean vector() {
        return !contender.equals("rebind-plain");
    }

    /** The contender that runs. */
    String runs() {
        return vector() ? contender : "rebind";
    }
}
