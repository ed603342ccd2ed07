using System.Runtime.CompilerServices;

// ILGPU compiles launchers and CPU kernels into an assembly of this name, which calls the kernels by name.
[assembly: InternalsVisibleTo("ILGPURuntime")]
