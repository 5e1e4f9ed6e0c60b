package org.rebind.backend.aparapi.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import org.rebind.backend.Device;
import org.rebind.backend.DeviceBuffer;
import org.rebind.backend.DeviceKind;
import org.rebind.backend.HostBuffer;

/** The processors this JVM runs on; works on host memory, so that nothing is ever copied to it. */
final class CpuDevice implements Device {
    private final Map<String, String> properties = new LinkedHashMap<>();

    CpuDevice(VectorCode vector, Dispatcher dispatcher, String matmul) {
        properties.put("vector", vector.available() ? vector.bits() + " bits" : "no: " + vector.reason());
        properties.put("threads", Integer.toString(dispatcher.threads()));
        properties.put("matmul", matmul);
        properties.put("architecture", System.getProperty("os.arch"));
        properties.put("java", Runtime.version().toString());
    }

    @Override
    public String name() {
        return System.getProperty("os.arch") + " CPU, " + properties.get("threads") + " threads";
    }

    @Override
    public DeviceKind kind() {
        return DeviceKind.CPU;
    }

    @Override
    public long memoryBytes() {
        return Runtime.getRuntime().maxMemory();
    }

    @Override
    public DeviceBuffer upload(HostBuffer host) {
        return host;
    }

    @Override
    public Map<String, String> properties() {
        return Map.copyOf(properties);
    }
}
