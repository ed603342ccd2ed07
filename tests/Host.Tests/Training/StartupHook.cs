using GpuCgan.Host.Tests.Training;
using GpuCgan.Kernels.Devices;

/// <summary>
/// Makes the device of a whole program fail: .NET runs this before the program's own Main where DOTNET_STARTUP_HOOKS names the tests' assembly. The name and the missing
/// namespace are .NET's.
/// </summary>
internal static class StartupHook
{
    /// <summary>OPERATION COUNT WHAT: the COUNTth such operation throws an exception with the words WHAT, or, where WHAT is 'hang', does not come back.</summary>
    public const string Variable = "GPUCGAN_TESTS_FAULT";

    public static void Initialize()
    {
        string[] fault = Environment.GetEnvironmentVariable(Variable)!.Split(' ', 3);
        int left = int.Parse(fault[1], System.Globalization.CultureInfo.InvariantCulture);
        ComputeDevice.Opened = device => device.Interceptor = operation =>
        {
            if (operation.ToString() != fault[0] || --left > 0)
                return;
            if (fault[2] == "hang")
                Thread.Sleep(Timeout.Infinite);
            throw new FakeDeviceException(fault[2]);
        };
    }
}
