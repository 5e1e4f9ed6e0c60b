package org.rebind.itests.container;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import java.lang.reflect.InvocationTargetException;
import java.util.List;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.util.Filter;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.rebind.CompiledFunction1;
import org.rebind.Compiler;
import org.rebind.DType;
import org.rebind.Tensor;
import org.rebind.backend.Backend;

/** A user's bundle gets the compiler from the registry and runs functions on the CPU backend. */
@RunWith(PaxExam.class)
public class CompilerServiceTest {
    @Inject
    private Compiler compiler;
    @Inject
    @Filter("(rebind.backend.name=aparapi-cpu)")
    private Backend cpu;
    @Inject
    private BundleContext context;

    @Configuration
    public Option[] container() {
        return options(Container.runtime(), Container.rebind());
    }

    @Test
    public void aFunctionRunsOnTheCpuBackend() {
        CompiledFunction1<Tensor, Tensor> f = compiler.compile((Tensor x) -> x.mul(2).add(1).tanh());
        float[] expected = {(float) Math.tanh(1), (float) Math.tanh(3), (float) Math.tanh(-3)};
        for (int call = 0; call < 3; call++) {
            assertArrayEquals(expected, f.apply(Tensor.of(new float[] {0, 1, -2})).toFloatArray(), 1e-6f);
        }
        assertEquals(1, f.stats().misses());
        assertEquals(2, f.stats().hits());
        assertEquals(0, f.stats().fallbacks());
        assertEquals("aparapi-cpu", f.entries().get(0).backend());
    }

    @Test
    public void matrixProductsFindTheirLibraryInTheFragment() {
        CompiledFunction1<Tensor, Tensor> f = compiler.compile((Tensor x) -> x.matmul(x.transpose()).sum());
        int n = 96;
        assertEquals((double) n * n * n, f.apply(Tensor.ones(DType.FLOAT32, n, n)).itemDouble(), 1e-3);
    }

    @Test
    public void eagerWorkFindsTheSameEngine() {
        assertEquals(6.0, Tensor.of(new float[] {1, 2, 3}).sum().itemDouble(), 0);
    }

    @Test
    public void theBackendIsListedAndTheOthersSayWhyNot() {
        assertTrue(compiler.backends().stream().anyMatch(b -> b.name().equals(cpu.name())));
        assertEquals("interpreter", compiler.backends().get(compiler.backends().size() - 1).name());
        boolean cudaHere = compiler.backends().stream().anyMatch(b -> b.name().startsWith("cuda"));
        boolean cudaSaysWhyNot = compiler.declinedBackends().stream()
                .anyMatch(d -> d.name().startsWith("cuda") && !d.reason().isBlank());
        assertTrue("cuda neither works nor says why", cudaHere ^ cudaSaysWhyNot);
    }

    @Test
    public void shellCommandsAreServices() throws Exception {
        CompiledFunction1<Tensor, Tensor> f = compiler.compile((Tensor x) -> x.add(1),
                org.rebind.CompileOptions.builder().name("itest.shell").build());
        f.apply(Tensor.scalar(1f));
        assertTrue(command("functions").contains("itest.shell"));
        assertTrue(command("backends").contains("aparapi-cpu"));
        String explained = command("explain", "itest.shell");
        assertTrue(explained, explained.contains("itest.shell") && explained.contains("add"));
        command("clear", "itest.shell");
        assertEquals(0, f.stats().cacheSize());
    }

    private String command(String name, String... args) throws Exception {
        List<ServiceReference<?>> found = List.of(context.getAllServiceReferences(null,
                "(&(osgi.command.scope=rebind)(osgi.command.function=" + name + "))"));
        assertFalse(name, found.isEmpty());
        Object service = context.getService(found.get(0));
        Class<?>[] types = new Class<?>[args.length];
        java.util.Arrays.fill(types, String.class);
        try {
            return (String) service.getClass().getMethod(name, types).invoke(service, (Object[]) args);
        } catch (InvocationTargetException e) {
            throw (Exception) e.getCause();
        }
    }
}
