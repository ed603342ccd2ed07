using System.Diagnostics;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace ILGPU;

public sealed partial class Context
{
    /// <summary>Collects devices and options. What only concerns the package's compiler is noted in the properties and changes nothing.</summary>
    public sealed class Builder : ContextProperties
    {
        private readonly List<Device> registry = [];

        internal Builder()
        {
        }

        internal IReadOnlyList<Device> Registry => registry;

        public Builder Default() => AllAccelerators().AutoAssertions();

        public Builder AllAccelerators() => this.DefaultCPU().OpenCL().Cuda();

        public Builder AllAccelerators(Predicate<Device> predicate) =>
            this.CPU(device => predicate(device)).OpenCL(device => predicate(device)).Cuda(device => predicate(device));

        /// <summary>Asks for checks in kernels. The check of every index is always on here, as on the package's CPU accelerator.</summary>
        public Builder Assertions() => Set(() => EnableAssertions = true);

        public Builder AutoAssertions() => Debugger.IsAttached ? Assertions() : this;

        public Builder Math(MathMode mathMode) => Set(() => MathMode = mathMode);

        public Builder Optimize(OptimizationLevel level) => Set(() => OptimizationLevel = level);

        public Builder Debug() => Optimize(OptimizationLevel.Debug).Assertions();

        public Builder Release() => Optimize(OptimizationLevel.Release);

        /// <summary>Allows <see cref="AcceleratorStream.AddProfilingMarker"/>.</summary>
        public Builder Profiling() => Set(() => EnableProfiling = true);

        public Context ToContext() => new(this);

        /// <summary>Registers a device unless an equal one is registered.</summary>
        internal Builder Register(Device device)
        {
            ArgumentNullException.ThrowIfNull(device);
            if (!registry.Contains(device))
                registry.Add(device);
            return this;
        }

        private Builder Set(Action change)
        {
            change();
            return this;
        }
    }
}
