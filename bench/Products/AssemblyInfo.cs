using System.Runtime.CompilerServices;

// ILGPU generates launchers at run time, in an assembly of this name.
[assembly: InternalsVisibleTo("ILGPURuntime")]
