package org.rebind.tracer.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.rebind.CompileOptions;
import org.rebind.CompiledFunction1;
import org.rebind.DType;
import org.rebind.Engine;
import org.rebind.Function1;
import org.rebind.Rebind;
import org.rebind.RebindException;
import org.rebind.Shape;
import org.rebind.Tensor;
import org.rebind.backend.Backend;
import org.rebind.tracer.internal.backends.Backends;
import org.rebind.tracer.internal.interpret.InterpreterBackend;

/** The runtime in a class loader of its own, as its bundle has one, under users that stay when it is updated. */
class RuntimeLoaderTest {
    private static final float BIAS = 1;

    private record Last(RuntimeLoaderTest component) {
    }

    @Test
    void functionsOfOthersDoNotKeepARuntimeThatWasUpdated() throws Exception {
        Function1<Tensor, Tensor> user = x -> x.mul(2).add(BIAS);
        Function1<Tensor, Tensor> effect = x -> {
            System.out.println("an effect that the scan finds");
            return x;
        };
        WeakReference<ClassLoader> loader = use(user, effect);
        Last last = new Last(this); // JDK 17 keeps the types of the last record that was hashed, and of the last compared
        assertEquals(last, new Last(this), String.valueOf(last.hashCode()));
        for (int i = 0; i < 50 && loader.get() != null; i++) {
            forgetWhatIsSoftlyReachable();
            Thread.sleep(20);
        }
        assertNull(loader.get());
        assertEquals(1, BIAS, String.valueOf(user) + effect); // they live until here
    }

    @Test
    void aTensorOfARuntimeThatWasUpdatedIsReadButNotTakenForSomethingElse() throws Exception {
        try (Isolated loader = new Isolated()) {
            Class<?> type = loader.loadClass(Backends.class.getName());
            Object interpreter = loader.loadClass(InterpreterBackend.class.getName()).getConstructor().newInstance();
            try (AutoCloseable backends = (AutoCloseable) type.getConstructor(Backend.class).newInstance(interpreter)) {
                Engine before = engine(loader, backends);
                Tensor old = before.tensor(DType.FLOAT32, Shape.of(1), new float[] {1});
                CompiledFunction1<Tensor, Tensor> f = Rebind.compiler().compile((Tensor x) -> x.add(1));
                for (Executable use : new Executable[] {() -> f.apply(old), () -> Tensor.zeros(DType.FLOAT32, 1).add(old)}) {
                    String message = assertThrows(RebindException.class, use).getMessage();
                    assertTrue(message.contains("is a tensor of another runtime"), message);
                }
                assertEquals(2, f.apply(Tensor.of(old.toFloatArray())).itemDouble());
            }
        }
    }

    private static Engine engine(ClassLoader loader, Object backends) throws Exception {
        return (Engine) loader.loadClass(RebindEngine.class.getName()).getConstructor(backends.getClass())
                .newInstance(backends);
    }

    /** Later JDKs remember so what JDK 17 keeps. */
    private static void forgetWhatIsSoftlyReachable() {
        assertThrows(OutOfMemoryError.class, () -> new long[8][Integer.MAX_VALUE - 8].hashCode());
    }

    @SafeVarargs
    private static WeakReference<ClassLoader> use(Function1<Tensor, Tensor>... functions) throws Exception {
        try (Isolated loader = new Isolated()) {
            Class<?> type = loader.loadClass(Backends.class.getName());
            assertNotSame(Backends.class, type);
            Object interpreter = loader.loadClass(InterpreterBackend.class.getName()).getConstructor().newInstance();
            try (AutoCloseable backends = (AutoCloseable) type.getConstructor(Backend.class).newInstance(interpreter)) {
                Engine engine = engine(loader, backends);
                Tensor one = engine.tensor(DType.FLOAT32, Shape.of(1), new float[] {1});
                for (Function1<Tensor, Tensor> f : functions) {
                    CompiledFunction1<Tensor, Tensor> compiled = engine.compiler().compile(f, CompileOptions.DEFAULT);
                    compiled.apply(one);
                    compiled.apply(one);
                }
            }
            return new WeakReference<>(loader);
        }
    }

    /** Loads the tracer and what it embeds anew; the API comes from the parent. */
    private static final class Isolated extends URLClassLoader {
        Isolated() {
            super(new URL[] {location(Backends.class), location(org.objectweb.asm.ClassReader.class),
                    location(org.objectweb.asm.tree.ClassNode.class)}, RuntimeLoaderTest.class.getClassLoader());
        }

        private static URL location(Class<?> c) {
            return c.getProtectionDomain().getCodeSource().getLocation();
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("org.rebind.tracer.internal.") && !name.startsWith("org.objectweb.asm.")
                    || name.startsWith(RuntimeLoaderTest.class.getName())) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> c = findLoadedClass(name);
                return c != null ? c : findClass(name);
            }
        }
    }
}
