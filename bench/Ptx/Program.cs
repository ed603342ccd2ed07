using System.Globalization;
using System.Text.RegularExpressions;
using GpuCgan.Kernels.Devices;
using GpuCgan.Ptx;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;

// Compiles every operator's kernels to PTX as ILGPU would on an NVIDIA GPU, without one, and counts what matters in it.
//   dotnet run -c Release --project bench/Ptx -- [--out FOLDER]        FOLDER gets one .ptx a kernel, for ptxas -v
//   dotnet run -c Release --project bench/Ptx -- --pairs               loads every operator behind every other, in contexts of their own (two minutes): ILGPU fails on the second of some where ComputeDevice.Load does not clear what it keeps
// Exit code 1: a kernel does not compile, keeps variables in local memory, names shared memory of which it has several, declares a register after its use,
// has two barriers in a straight line and no access to shared memory between them: ILGPU has moved reads behind the second one, touches memory before it waits for the launch in front, or promises that a branch does not diverge.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
int at = Array.IndexOf(args, "--out");
string? folder = at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
if (args.Contains("--pairs"))
    return LoadedKernels.BadPairs() == 0 ? 0 : 1;
if (folder is not null)
    Directory.CreateDirectory(folder);

using var device = ComputeDevice.Open("cpu-ilgpu");
var kernels = LoadedKernels.Of(device);
int bad = 0;
Console.WriteLine($"{"kernel",-58} {"fma",5} {"mma",4} {"ld.v4",6} {"st.v4",6} {"shared.v4",9} {"generic",7} {"local",6}");
foreach (var (name, entry) in kernels)
{
    // A kernel that fails poisons its context, so each has one.
    using var context = DeviceCatalog.CreateGpuContext(DeviceKind.Cuda);
    try
    {
        string ptx = Compiled(context, entry, CudaArchitecture.SM_90);
        int local = Count(ptx, @"\.local");
        // Inline PTX names its kernel's only shared memory.
        bool named = Regex.IsMatch(ptx, @"mov\.b64 first, __shared_alloca0;") && Count(ptx, @"\.shared \.align") != 1;
        // What inline PTX declares, it declares before its use.
        bool late = Regex.Matches(ptx, @"\.reg \.\w+ (\w+)<").Any(m => Regex.Match(ptx, $@"\b{m.Groups[1]}\d").Index < m.Index);
        bool moved = Regex.IsMatch(ptx, @"bar\.sync\s+0;(\n(?!\s*(L_|@|bra\b|bar\.|(ld|st)\.shared)).*)*\n\s*bar\.sync");
        // On Hopper a kernel waits for the launch in front before it touches memory; before Hopper the instruction is not known.
        int waits = ptx.IndexOf("griddepcontrol.wait", StringComparison.Ordinal);
        using var older = DeviceCatalog.CreateGpuContext(DeviceKind.Cuda);
        bool early = waits < 0 || Regex.IsMatch(ptx[..waits], @"\b(ld|st|atom|red)\.(?!param)") || Compiled(older, entry, CudaArchitecture.SM_80).Contains("griddepcontrol", StringComparison.Ordinal);
        // That all lanes of a warp take the same branch is for NVIDIA's compiler to find out: DivergentBranches.
        bool promised = Regex.IsMatch(ptx, @"@!?%p\d+\s+bra\.uni");
        bad += local > 0 || named || late || moved || early || promised ? 1 : 0;
        if (named || late || moved || early || promised)
            Console.WriteLine($"{name}: {(promised ? "promises that a branch does not diverge" : early ? "does not wait for the launch in front, or waits where there is no such instruction" : named ? "names shared memory of which it has several" : late ? "declares a register after its use" : "reads shared memory behind a barrier that stands behind the reads")}");
        Console.WriteLine($"{name,-58} {Count(ptx, @"\b(fma\.rn|mul)\.f32"),5} {Count(ptx, @"\bmma\.sync"),4} {Count(ptx, @"\bld\.global\.v4"),6} {Count(ptx, @"\bst\.global\.v4"),6} {Count(ptx, @"\bld\.shared\.v4"),9} {Count(ptx, @"\b(ld|st)\.(v\d\.)?[bfus]\d"),7} {local,6}");
        if (folder is not null)
            File.WriteAllText(Path.Combine(folder, Regex.Replace(name, @"[^\w.]+", "-") + ".ptx"), ptx);
    }
    catch (InternalCompilerException e)
    {
        bad++;
        Console.WriteLine($"{name,-58} does not compile: {(e.InnerException ?? e).Message}");
    }
}
Console.WriteLine($"{kernels.Count} kernels, {bad} bad");
return bad == 0 ? 0 : 1;

static string Compiled(Context context, EntryPointDescription entry, CudaArchitecture architecture)
{
    var capabilities = new CudaCapabilityContext(architecture);
    EarlierLaunches.Allow(capabilities, architecture);
    using var backend = new PTXBackend(context, capabilities, architecture, CudaInstructionSet.ISA_80, null);
    DivergentBranches.Allow(context);
    return ((PTXCompiledKernel)backend.Compile(entry, default)).PTXAssembly;
}

static int Count(string text, string pattern) => Regex.Count(text, pattern);
