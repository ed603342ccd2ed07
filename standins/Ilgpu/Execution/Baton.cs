using System.Runtime.InteropServices;

namespace ILGPU.Execution;

/// <summary>
/// The right to run, handed to one thread by another. A hand-over that comes before the wait is not lost; there is never more than one.
/// </summary>
/// <remarks>
/// A barrier of a group of n lanes costs n hand-overs, so that this is what the stand-in's speed hangs on. On Linux it is a futex:
/// a monitor took two to four times as long (5 against 15 to 25 µs a hand-over on an unloaded core).
/// </remarks>
internal abstract class Baton
{
    public static Baton Create() => Futex.IsSupported ? new Futex() : new Signal();

    public abstract void Pass();

    public abstract void Wait();

    private sealed class Futex : Baton
    {
        private const int WaitPrivate = 128, WakePrivate = 129;

        private static readonly nint SystemCall = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 202,
            Architecture.Arm64 => 98,
            _ => 0,
        };

        // A line of its own, so that threads on other cores do not slow this one down; pinned, as the kernel knows it by address.
        private readonly int[] word = GC.AllocateArray<int>(32, pinned: true);

        public static bool IsSupported => OperatingSystem.IsLinux() && SystemCall != 0;

        private ref int Word => ref word[16];

        public override unsafe void Pass()
        {
            Volatile.Write(ref Word, 1);
            fixed (int* address = &Word)
                syscall(SystemCall, address, WakePrivate, 1, 0, 0, 0);
        }

        public override unsafe void Wait()
        {
            while (Interlocked.Exchange(ref Word, 0) == 0)
            {
                // Returns at once if the word is no longer 0, and may return without reason: hence the loop.
                fixed (int* address = &Word)
                    syscall(SystemCall, address, WaitPrivate, 0, 0, 0, 0);
            }
        }

        [DllImport("libc")]
        private static extern unsafe nint syscall(nint number, int* address, nint operation, nint value, nint timeout, nint other, nint mask);
    }

    private sealed class Signal : Baton
    {
        private readonly object gate = new();
        private bool passed;

        public override void Pass()
        {
            lock (gate)
            {
                passed = true;
                Monitor.Pulse(gate);
            }
        }

        public override void Wait()
        {
            lock (gate)
            {
                while (!passed)
                    Monitor.Wait(gate);
                passed = false;
            }
        }
    }
}
