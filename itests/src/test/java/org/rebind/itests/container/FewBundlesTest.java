package org.rebind.itests.container;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.options;

import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.util.Filter;
import org.rebind.BackendStatus;
import org.rebind.CompiledFunction1;
import org.rebind.Compiler;
import org.rebind.DType;
import org.rebind.Tensor;
import org.rebind.backend.Backend;

/** The least a CPU user installs: no bytedeco, no oneDNN, and a container that lets no vector package through. */
@RunWith(PaxExam.class)
public class FewBundlesTest {
    @Inject
    private Compiler compiler;
    @Inject
    @Filter("(rebind.backend.name=aparapi-cpu)")
    private Backend cpu;

    @Configuration
    public Option[] container() {
        return options(Container.runtime(), Container.ours("api-bundle"), Container.ours("tracer-bundle"),
                Container.ours("cache-bundle"), Container.ours("codegen-bundle"),
                Container.ours("bindings/aparapi-bindings"), Container.ours("backend-aparapi-cpu"));
    }

    @Test
    public void matrixProductsRunInJava() {
        assertTrue(cpu.version(), !cpu.version().contains("oneDNN"));
        CompiledFunction1<Tensor, Tensor> f = compiler.compile((Tensor x) -> x.matmul(x).add(1).sum());
        int n = 64;
        assertEquals((double) n * n * (n + 1), f.apply(Tensor.ones(DType.FLOAT32, n, n)).itemDouble(), 1e-3);
        assertEquals("aparapi-cpu", f.entries().get(0).backend());
    }

    @Test
    public void onlyWhatIsInstalledIsListed() {
        assertEquals(java.util.List.of("aparapi-cpu", "interpreter"),
                compiler.backends().stream().map(BackendStatus::name).toList());
        assertTrue(compiler.declinedBackends().toString(), compiler.declinedBackends().isEmpty());
    }
}
