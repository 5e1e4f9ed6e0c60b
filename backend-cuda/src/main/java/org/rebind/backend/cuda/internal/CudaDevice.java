package org.rebind.backend.cuda.internal;

import java.util.Map;
import org.rebind.backend.Device;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.DeviceKind;
import org.rebind.backend.HostBuffer;

/** An NVIDIA GPU and its context. */
final class CudaDevice implements Device {
    private final CudaFacts facts;
    private final CudaContext context;

    CudaDevice(CudaFacts facts, CudaContext context) {
        this.facts = facts;
        this.context = context;
    }

    CudaFacts facts() {
        return facts;
    }

    CudaContext context() {
        return context;
    }

    @Override
    public String name() {
        return facts.name();
    }

    @Override
    public DeviceKind kind() {
        return DeviceKind.GPU;
    }

    @Override
    public long memoryBytes() {
        return facts.memoryBytes();
    }

    @Override
    public DeviceBuffer upload(HostBuffer host) {
        return new CudaBuffer(context, host.dtype(), host.elementCount(), context.transfers().upload(host));
    }

    @Override
    public Map<String, String> properties() {
        return facts.properties();
    }
}
