# Perl at work: hashes, sorting, regular expressions. Arguments: the gate file, how many rounds.
use strict;
use warnings;

my ($gate, $rounds) = @ARGV;
$| = 1;

sub work {
    my ($round) = @_;
    my $x = 1991 + $round;
    my %count;
    for my $i (1 .. 20000) {
        $x = ($x * 1103515245 + 12345) % 2147483648;
        $count{"w" . ($x % 977)} += $i;
    }
    my $text = join ",", map { "$_=$count{$_}" } sort { $count{$a} <=> $count{$b} || $a cmp $b } keys %count;
    my $sevens = () = $text =~ /7(\d)\1/g;
    return unpack("%32C*", $text) . " $sevens " . length $text;
}

my $last;
for my $round (1 .. $rounds) {
    $last = work($round);
    print "$round $last\n";
}
until (-e $gate) {
    open(my $beats, ">>", "$gate.beats") or die "$gate.beats: $!";
    print $beats ".";
    close($beats);
    die "came out otherwise than before\n" if work($rounds) ne $last;
}
print "done\n";
