using System.Text;
using Shouldly;

namespace Yadokari.Linux.Tests;

public class KernelTextTests
{
    [Fact]
    public void Every_name_comes_back_byte_for_byte_and_no_two_have_one_string()
    {
        Random random = new(1991);
        byte[][] seeds = [[], "plain"u8.ToArray(), "日本語"u8.ToArray(), [0xff], [0xe2, 0x82], [0xf4, 0x8f, 0xba, 0x80], [0xed, 0xa0, 0x80], "a\nb\\012"u8.ToArray()];
        Dictionary<string, string> seen = [];
        for (int round = 0; round < 20_000; round++)
        {
            byte[] name = round < seeds.Length ? seeds[round] : new byte[random.Next(1, 6)];
            for (int at = 0; round >= seeds.Length && at < name.Length; at++)
            {
                // Many of the bytes that begin or go on with long characters.
                name[at] = random.Next(3) switch { 0 => (byte)random.Next(1, 256), 1 => seeds[5][random.Next(4)], _ => (byte)'x' };
            }

            string text = KernelText.Decode(name);
            KernelText.Encode(text).ShouldBe(name);
            string hex = Convert.ToHexString(name);
            seen.TryAdd(text, hex);
            seen[text].ShouldBe(hex);
        }
    }

    [Fact]
    public void People_see_no_control_characters()
    {
        KernelText.Show("日本語 a.b").ShouldBe("日本語 a.b");
        KernelText.Show(KernelText.Decode([(byte)'a', 0x1b, (byte)'[', 0xff, (byte)'\n'])).ShouldBe("a\\x1b[\\xff\\x0a");
        Encoding.UTF8.GetString(KernelText.EncodeTerminated("a")).ShouldBe("a\0");
    }
}
