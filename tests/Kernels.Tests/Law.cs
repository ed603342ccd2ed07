using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using Xunit.Sdk;

namespace GpuCgan.Kernels.Tests;

/// <summary>
/// What holds for all cases that a generator draws (FsCheck; K. Claessen and J. Hughes, QuickCheck, 2000). GPUCGAN_PROPERTY_SEED sets the seed and GPUCGAN_PROPERTY_CASES multiplies
/// the cases; a failure names the seed, the case, and the smallest case that FsCheck found.
/// </summary>
internal static class Law
{
    /// <summary>Any odd number: it is the same in every run, so that a seed says all.</summary>
    private const ulong Gamma = 0x9E37_79B9_7F4A_7C15;

    private static readonly ulong Seed = Setting("GPUCGAN_PROPERTY_SEED", 20261125);
    private static readonly ulong Times = Setting("GPUCGAN_PROPERTY_CASES", 1);

    public static void Holds<T>(Gen<T> gen, int cases, Action<T> check) => Holds(gen.ToArbitrary(), cases, check);

    /// <param name="arbitrary">Draws cases and makes smaller ones of them.</param>
    /// <param name="cases">How many.</param>
    /// <param name="check">Throws where the law does not hold.</param>
    public static void Holds<T>(Arbitrary<T> arbitrary, int cases, Action<T> check)
    {
        Replay replay = new(new Rnd(Seed, Gamma), FSharpOption<int>.None);
        Config config = Config.QuickThrowOnFailure.WithMaxTest(checked(cases * (int)Times)).WithQuietOnSuccess(true).WithReplay(FSharpOption<Replay>.Some(replay));
        try
        {
            Check.One(config, Prop.ForAll(arbitrary, check));
        }
        catch (Exception e)
        {
            throw new XunitException(string.Create(CultureInfo.InvariantCulture, $"GPUCGAN_PROPERTY_SEED={Seed}: {e.Message}"), e);
        }
    }

    private static ulong Setting(string variable, ulong otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;
}
