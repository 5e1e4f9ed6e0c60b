package org.rebind.codegen;

import java.util.List;
import org.rebind.codegen.internal.SourceWriter;

/** Prints kernels as source text. Pure; thread-safe. */
public final class Renderer {
    /** Fully qualified name of the class a Java dialect's {@link #source} declares. */
    public static final String CLASS_NAME = "rebind.generated.Kernels";

    private Renderer() {
    }

    /**
     * One compilation unit of some kernels and the helpers they call: in Java a class {@link #CLASS_NAME} that
     * implements {@link HostKernels}, each kernel a static method; in C dialects the functions alone, each named as its
     * kernel.
     *
     * @param kernels of one plan, so that names are distinct
     * @throws CodegenException if the dialect does not fit how a kernel was scheduled or lacks a function
     */
    public static String source(List<Kernel> kernels, Dialect dialect) {
        return SourceWriter.unit(kernels, dialect);
    }

    /** The function of one kernel alone, to look at. */
    public static String function(Kernel kernel, Dialect dialect) {
        return SourceWriter.function(kernel, dialect);
    }
}
