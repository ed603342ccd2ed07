using System.CommandLine;
using GpuCgan.Host.Commands;
using GpuCgan.Host.Output;
using GpuCgan.Host.Training;
using GpuCgan.Kernels.Devices;
using ILGPU.Runtime;

namespace GpuCgan.Host;

/// <summary>What the process ends with, and which failures mean what.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Defect = 1;
    public const int BadInput = 2;
    public const int DeviceFailed = 3;
    public const int Diverged = 4;

    /// <summary>128 + the signal's number, as shells report it.</summary>
    public const int Interrupted = 130;

    /// <summary>128 + SIGTERM.</summary>
    public const int Terminated = 143;

    /// <summary>Runs a command. A failure becomes one line on standard error, and its stack where asked for.</summary>
    public static int Run(ParseResult parsed, bool verbose)
    {
        try
        {
            // The commands that run long handle signals themselves and need time to write a checkpoint: no termination by a timer.
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception e)
        {
            Messages.Error(e is UsageException or InvalidDataException or IOException or UnauthorizedAccessException or DeviceNotFoundException
                or DivergedException or DeviceFailedException
                ? e.Message
                : Of(e) == DeviceFailed
                    ? $"the device failed: {e.Message}"
                    : $"a defect of this program: {e.GetType().Name}: {e.Message} Please report it with the output of the same command and --verbose.");
            if (verbose)
                Console.Error.WriteLine(e);
            return Of(e);
        }
    }

    private static int Of(Exception e) => e switch
    {
        UsageException or InvalidDataException or IOException or UnauthorizedAccessException or DeviceNotFoundException => BadInput,
        DivergedException => Diverged,
        DeviceFailedException or AcceleratorException => DeviceFailed,
        _ => Defect,
    };
}
