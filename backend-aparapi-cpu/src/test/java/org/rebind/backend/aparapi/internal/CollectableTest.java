package org.rebind.backend.aparapi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.rebind.DType;
import org.rebind.Shape;
import org.rebind.TensorType;
import org.rebind.backend.Backend;
import org.rebind.backend.BackendProvider;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.Executable;
import org.rebind.backend.ExecutableOptions;
import org.rebind.backend.HostBuffer;
import org.rebind.graph.Binary;
import org.rebind.graph.Graph;
import org.rebind.graph.Matmul;
import org.rebind.graph.Node;
import org.rebind.graph.Unary;

/** Nothing of a stopped backend stays: not its class loader, not those of its executables, not its threads. */
class CollectableTest {
    private static final int CYCLES = Boolean.getBoolean("rebind.test.long") ? 20 : 8;

    /** Loads this backend's and Janino's classes anew, as a container does when the bundle is installed again. */
    private static final class BundleLoader extends URLClassLoader {
        BundleLoader() {
            super(urls(), CollectableTest.class.getClassLoader());
        }

        private static URL[] urls() {
            try {
                List<URL> urls = new ArrayList<>();
                for (Class<?> c : List.of(CpuProvider.class, org.codehaus.janino.Parser.class,
                        org.codehaus.commons.compiler.CompileException.class)) {
                    urls.add(Path.of(c.getProtectionDomain().getCodeSource().getLocation().toURI()).toUri().toURL());
                }
                return urls.toArray(URL[]::new);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("org.rebind.backend.aparapi.") && !name.startsWith("org.codehaus.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> c = findLoadedClass(name);
                return c != null ? c : findClass(name);
            }
        }
    }

    @Test
    void startsAndStopsLeakNothing() throws Exception {
        List<WeakReference<?>> loaders = new ArrayList<>();
        for (int i = 0; i < CYCLES; i++) {
            loaders.addAll(cycle());
        }
        int left = CYCLES;
        for (int i = 0; i < 50 && left > 0; i++) {
            System.gc();
            Thread.sleep(100);
            left = (int) loaders.stream().filter(w -> w.get() != null).count();
        }
        assertEquals(0, left, "class loaders still reachable after their backends stopped");
        assertTrue(Thread.getAllStackTraces().keySet().stream().noneMatch(t -> t.getName().startsWith("rebind-cpu")),
                "threads of stopped backends are alive");
    }

    /** Results, as tensors keep them: their arrays come from a pool of the backend's, and must not keep it. */
    private final List<DeviceBuffer> kept = new ArrayList<>();

    private List<WeakReference<?>> cycle() throws Exception {
        try (BundleLoader loader = new BundleLoader()) {
            BackendProvider provider = (BackendProvider) loader.loadClass(CpuProvider.class.getName()).getConstructor()
                    .newInstance();
            Backend backend = provider.discover().backends().get(0);
            TensorType type = new TensorType(DType.FLOAT32, Shape.of(256, 256));
            Graph graph = new Graph(List.of(new Graph.Param("x", type)), List.of(new Node(new Matmul(), List.of(0, 0), type),
                    new Node(Unary.TANH, List.of(1), type), new Node(Binary.ADD, List.of(0, 2), type)), List.of(3), List.of());
            Executable executable = backend.compile(graph, ExecutableOptions.DEFAULT);
            DeviceBuffer x = HostBuffer.allocate(DType.FLOAT32, 160_000);
            for (int i = 0; i < 5; i++) {
                kept.addAll(List.of(executable.execute(new DeviceBuffer[] {x}, new long[0])));
            }
            executable.close();
            backend.close();
            return List.of(new WeakReference<>(loader), new WeakReference<>(executable));
        }
    }

    @Test
    void anExecutablesClassesGoWithIt() throws Exception {
        CpuBackend backend = CpuProvider.create(VectorCode.detect());
        try {
            WeakReference<?> executable = compiled(backend);
            for (int i = 0; i < 50 && executable.get() != null; i++) {
                System.gc();
                Thread.sleep(50);
            }
            assertNull(executable.get());
        } finally {
            backend.close();
        }
    }

    private static WeakReference<?> compiled(Backend backend) throws ClassNotFoundException {
        ClassLoader loader = new SourceCompiler(CollectableTest.class.getClassLoader()).compile(
                java.util.Map.of("a.B", "package a; public class B { public static int f() { return 7; } }"));
        assertEquals("a.B", loader.loadClass("a.B").getName());
        SelfTest.run(backend);
        return new WeakReference<>(loader);
    }
}
