using Xunit;
using Xunit.Abstractions;

namespace GpuCgan.Verify;

/// <summary>Writes a line a test, its name before it starts: a driver may take the whole process down.</summary>
internal sealed class ResultLog(TextWriter output) : LongLivedMarshalByRefObject, IMessageSink
{
    public int Passed { get; private set; }

    public int Failed { get; private set; }

    public int Skipped { get; private set; }

    public decimal Seconds { get; private set; }

    public bool OnMessage(IMessageSinkMessage message)
    {
        if (message is ITestStarting starting)
        {
            output.Write($"{starting.Test.DisplayName}: ");
            output.Flush();
        }
        else if (message is ITestPassed passed)
        {
            Passed++;
            output.WriteLine($"passed in {passed.ExecutionTime:0.000} s");
        }
        else if (message is ITestSkipped skipped)
        {
            Skipped++;
            output.WriteLine($"skipped: {skipped.Reason}");
        }
        else if (message is IFailureInformation failure)
            Fail(failure);
        if (message is ITestResultMessage result)
            Seconds += result.ExecutionTime;
        return true;
    }

    private void Fail(IFailureInformation failure)
    {
        Failed++;
        output.WriteLine("FAILED");
        for (int i = 0; i < failure.Messages.Length; i++)
            output.WriteLine($"  {failure.ExceptionTypes[i]}: {failure.Messages[i]}\n{failure.StackTraces[i]}");
    }
}
