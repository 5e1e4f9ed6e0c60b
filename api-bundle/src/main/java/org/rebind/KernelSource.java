package org.rebind;

/**
 * A kernel as people look at it.
 *
 * @param name for instance {@code fused_mul_add_tanh}
 * @param language of the source: {@code java}, {@code opencl-c}, {@code cuda-c}; {@code library} for a call
 * @param source the text compiled; for a library call, what is called
 * @param notes what the scheduler decided: operations fused, iteration space, bytes moved
 */
public record KernelSource(String name, String language, String source, String notes) {
    @Override
    public String toString() {
        return "// " + name + " (" + language + ") " + notes + "\n" + source;
    }
}
