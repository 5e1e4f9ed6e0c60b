package org.rebind.backend.aparapi.internal;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import org.rebind.codegen.Dialect;
import org.rebind.codegen.Dialects;

/**
 * Whether kernels are vector code (jdk.incubator.vector) and how wide. The module must be in the boot layer, and the loader
 * that generated classes are resolved against must see it; both are the case with {@code --add-modules
 * jdk.incubator.vector} on a plain class path, and in a container whose system bundle exports the package or delegates it.
 *
 * @param bits width of the widest float vector, 0 for plain loops
 * @param reason why there is no vector code, empty if there is
 */
record VectorCode(int bits, String reason) {
    /** System property: {@code false} for plain loops. */
    static final String PROPERTY = "rebind.cpu.vector";
    static final String MODULE = "jdk.incubator.vector";

    static VectorCode detect() {
        if (!Boolean.parseBoolean(System.getProperty(PROPERTY, "true"))) {
            return new VectorCode(0, PROPERTY + "=false");
        }
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return new VectorCode(0, "start Java with --add-modules " + MODULE);
        }
        try {
            Class<?> vector = Class.forName(MODULE + ".FloatVector", true, ClassLoader.getSystemClassLoader());
            Object species = MethodHandles.publicLookup().findStaticGetter(vector, "SPECIES_PREFERRED",
                    Class.forName(MODULE + ".VectorSpecies")).invoke();
            Method bits = Class.forName(MODULE + ".VectorSpecies").getMethod("vectorBitSize");
            return new VectorCode((int) bits.invoke(species), "");
        } catch (Throwable e) { // whatever a JVM without working vectors throws: plain loops serve
            return new VectorCode(0, MODULE + " does not work here: " + e);
        }
    }

    boolean available() {
        return bits > 0;
    }

    /** What kernels are printed in. */
    Dialect dialect() {
        return available() ? Dialects.JAVA_VECTOR : Dialects.JAVA_BLOCKS;
    }
}
