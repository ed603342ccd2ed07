using GpuCgan.Host.Commands;

namespace GpuCgan.Host.Tests.Commands;

public sealed class LabelListTests
{
    private static readonly string[] Digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    private static readonly string[] Clothes = ["T-shirt/top", "Trouser", "Pullover", "Ankle boot", "red, green", "trouser"];
    private static readonly string[] Shifted = ["1", "2", "3", "10"];

    private static string[] Names(string which) => which switch { "clothes" => Clothes, "shifted" => Shifted, _ => Digits };

    [Theory]
    [InlineData("digits", "3", 3)]
    [InlineData("digits", "0-2,7", 0, 1, 2, 7)]
    [InlineData("digits", "9,0,9", 9, 0, 9)]
    [InlineData("clothes", "Pullover", 2)]
    [InlineData("clothes", "pullover, ANKLE BOOT", 2, 3)]
    [InlineData("clothes", "T-shirt/top", 0)]
    [InlineData("clothes", "T-shirt/top-Pullover", 0, 1, 2)]
    [InlineData("clothes", "red, green", 4)]
    [InlineData("clothes", "Trouser,trouser", 1, 5)]
    [InlineData("clothes", "0,3-4", 0, 3, 4)]
    [InlineData("clothes", "1-Ankle boot", 1, 2, 3)]
    [InlineData("shifted", "1", 0)]
    [InlineData("shifted", "10,2-10", 3, 1, 2, 3)]
    [InlineData("shifted", "0", 0)]
    public void NamesNumbersAndRangesAreLabels(string names, string text, params int[] expected) => Assert.Equal(expected, LabelList.Parse(text, Names(names)));

    [Theory]
    [InlineData("digits", "10", "0 to 9")]
    [InlineData("digits", "5-2", "'5-2'")]
    [InlineData("digits", "", "''")]
    [InlineData("digits", "1,,2", "''")]
    [InlineData("digits", "-1", "'-1'")]
    [InlineData("digits", "3-", "'3-'")]
    [InlineData("clothes", "TROUSER", "'TROUSER'")]
    [InlineData("clothes", "sock", "T-shirt/top, Trouser, Pullover, Ankle boot, red, green, trouser (0 to 5)")]
    [InlineData("clothes", "6", "'6'")]
    public void OthersAreRefusedByName(string names, string text, string named)
    {
        string message = Assert.Throws<UsageException>(() => LabelList.Parse(text, Names(names))).Message;
        Assert.StartsWith($"--labels '{text}': ", message, StringComparison.Ordinal);
        Assert.Contains(named, message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALongListOfNamesIsCut() =>
        Assert.Contains("c11, … (0 to 99)", Assert.Throws<UsageException>(() => LabelList.Parse("x", [.. Enumerable.Range(0, 100).Select(i => $"c{i}")])).Message, StringComparison.Ordinal);

    [Fact]
    public void FoldersOfClassesAreApart()
    {
        Assert.Equal(["0", "1"], ClassFolders.For(["0", "1"]));
        Assert.Equal(["T-shirt_top", "Ankle boot", "größe", "猫", "a.b"], ClassFolders.For(["T-shirt/top", "Ankle boot", "größe", "猫", "a.b"]));
        Assert.Equal(["a_b_0", "a_b_1", "A_B_2", "c"], ClassFolders.For(["a/b", "a:b", "A?B", "c"]));
        Assert.Equal(["a_b_1", "a_b_1_", "a_b_2"], ClassFolders.For(["a_b_1", "a/b", "a:b"]));
        Assert.Equal(["_..", "_.hidden", "_"], ClassFolders.For(["..", ".hidden", " "]));
    }
}
