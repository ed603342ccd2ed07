using System.Reflection;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace GpuCgan.Verify;

/// <summary>
/// Finds and runs an assembly's tests by xunit's own framework, which the test projects reference anyway. xunit's runners that other programs can embed are a package more, and
/// load assemblies by path, which those of a single folder do not need.
/// </summary>
internal static class AssemblyTests
{
    /// <summary>Runs the tests whose display names, with a theory's arguments, contain both texts.</summary>
    public static void Run(Assembly assembly, string device, string text, IMessageSink results)
    {
        var options = new Options();
        using var framework = new XunitTestFramework(new Until<IDiagnosticMessage>(_ => { }));
        var found = new List<ITestCase>();
        using var discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
        using (var discovery = new Until<IDiscoveryCompleteMessage>(message =>
               {
                   if (message is ITestCaseDiscoveryMessage discovered)
                       found.Add(discovered.TestCase);
               }))
        {
            discoverer.Find(includeSourceInformation: false, discovery, options);
            discovery.Wait();
        }
        found.RemoveAll(test => !test.DisplayName.Contains(device, StringComparison.Ordinal) || !test.DisplayName.Contains(text, StringComparison.Ordinal));
        using var executor = framework.GetExecutor(assembly.GetName());
        using var run = new Until<ITestAssemblyFinished>(message => results.OnMessage(message));
        executor.RunTests(found, run, options);
        run.Wait();
    }

    /// <summary>Passes messages on, and waits for the last one: xunit calls back on threads of its own.</summary>
    private sealed class Until<TLast>(Action<IMessageSinkMessage> take) : LongLivedMarshalByRefObject, IMessageSink, IDisposable
    {
        private readonly ManualResetEventSlim _done = new();

        public bool OnMessage(IMessageSinkMessage message)
        {
            take(message);
            if (message is TLast)
                _done.Set();
            return true;
        }

        public void Wait() => _done.Wait();

        public void Dispose() => _done.Dispose();
    }

    /// <summary>xunit's defaults but for one: each row of a theory is a test, with the device in its name.</summary>
    private sealed class Options : LongLivedMarshalByRefObject, ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> _values = new() { ["xunit.discovery.PreEnumerateTheories"] = true };

        public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out object? value) ? (TValue)value! : default!;

        public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
    }
}
