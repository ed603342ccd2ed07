// The tests share devices (TestDevice), and a device serves one caller at a time.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]

// ILGPU compiles what launches the tests' own kernels into an assembly of this name.
[assembly: System.Runtime.CompilerServices.InternalsVisibleTo("ILGPURuntime")]
