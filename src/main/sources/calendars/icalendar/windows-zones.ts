/**
 * Names of time zones as Windows and Exchange write them, by the IANA name CLDR gives for the whole territory (supplemental/windowsZones,
 * read through node-ical 0.27.2; the licence of CLDR is Unicode-3.0). One line a zone: `IANA: name | name`. Of Windows' own
 * names ` Standard Time` is left out; those without it begin with `=`.
 */
const WINDOWS_NAMES = `
Africa/Cairo: Egypt
Africa/Casablanca: Morocco
Africa/Johannesburg: South Africa
Africa/Juba: South Sudan
Africa/Khartoum: Sudan
Africa/Lagos: W. Central Africa
Africa/Nairobi: E. Africa
Africa/Sao_Tome: Sao Tome
Africa/Tripoli: Libya
Africa/Windhoek: Namibia
America/Adak: Aleutian
America/Anchorage: Alaskan
America/Araguaina: Tocantins
America/Asuncion: Paraguay
America/Bahia: Bahia
America/Bogota: SA Pacific
America/Buenos_Aires: Argentina
America/Cancun: Eastern (Mexico)
America/Caracas: Venezuela
America/Cayenne: SA Eastern
America/Chicago: Central
America/Cuiaba: Central Brazilian
America/Denver: Mountain
America/Godthab: Greenland
America/Grand_Turk: Turks And Caicos
America/Guatemala: Central America
America/Halifax: Atlantic
America/Havana: Cuba
America/Indianapolis: US Eastern
America/La_Paz: SA Western
America/Los_Angeles: Pacific
America/Mazatlan: Mountain (Mexico)
America/Mexico_City: Central (Mexico)
America/Miquelon: Saint Pierre
America/Montevideo: Montevideo
America/New_York: Eastern
America/Phoenix: US Mountain
America/Port-au-Prince: Haiti
America/Punta_Arenas: Magallanes
America/Regina: Canada Central
America/Santiago: Pacific SA
America/Sao_Paulo: E. South America
America/St_Johns: Newfoundland
America/Tijuana: Pacific (Mexico)
America/Whitehorse: Yukon
Asia/Amman: Jordan
Asia/Baghdad: Arabic
Asia/Baku: Azerbaijan
Asia/Bangkok: SE Asia
Asia/Barnaul: Altai
Asia/Beirut: Middle East
Asia/Bishkek: Central Asia
Asia/Calcutta: India
Asia/Chita: Transbaikal
Asia/Colombo: Sri Lanka
Asia/Damascus: Syria
Asia/Dhaka: Bangladesh
Asia/Dubai: Arabian
Asia/Hebron: West Bank
Asia/Hovd: W. Mongolia
Asia/Irkutsk: North Asia East
Asia/Jerusalem: Israel
Asia/Kabul: Afghanistan
Asia/Kamchatka: =Russia Time Zone 11
Asia/Karachi: Pakistan
Asia/Katmandu: Nepal
Asia/Krasnoyarsk: North Asia
Asia/Magadan: Magadan
Asia/Novosibirsk: N. Central Asia
Asia/Omsk: Omsk
Asia/Pyongyang: North Korea
Asia/Qyzylorda: Qyzylorda
Asia/Rangoon: Myanmar
Asia/Riyadh: Arab
Asia/Sakhalin: Sakhalin
Asia/Seoul: Korea
Asia/Shanghai: China
Asia/Singapore: Singapore
Asia/Srednekolymsk: =Russia Time Zone 10
Asia/Taipei: Taipei
Asia/Tashkent: West Asia
Asia/Tbilisi: Georgian
Asia/Tehran: Iran
Asia/Tokyo: Tokyo
Asia/Tomsk: Tomsk
Asia/Ulaanbaatar: Ulaanbaatar
Asia/Vladivostok: Vladivostok
Asia/Yakutsk: Yakutsk
Asia/Yekaterinburg: Ekaterinburg
Asia/Yerevan: Caucasus
Atlantic/Azores: Azores
Atlantic/Cape_Verde: Cape Verde
Atlantic/Reykjavik: Greenwich
Australia/Adelaide: Cen. Australia
Australia/Brisbane: E. Australia
Australia/Darwin: AUS Central
Australia/Eucla: Aus Central W.
Australia/Hobart: Tasmania
Australia/Lord_Howe: Lord Howe
Australia/Perth: W. Australia
Australia/Sydney: AUS Eastern
Etc/GMT+11: =UTC-11
Etc/GMT+12: Dateline
Etc/GMT+2: =UTC-02
Etc/GMT+8: =UTC-08
Etc/GMT+9: =UTC-09
Etc/GMT-12: =UTC+12
Etc/GMT-13: =UTC+13
Etc/UTC: =UTC
Europe/Astrakhan: Astrakhan
Europe/Berlin: W. Europe
Europe/Bucharest: GTB
Europe/Budapest: Central Europe
Europe/Chisinau: E. Europe
Europe/Istanbul: Turkey
Europe/Kaliningrad: Kaliningrad
Europe/Kiev: FLE
Europe/London: GMT
Europe/Minsk: Belarus
Europe/Moscow: Russian
Europe/Paris: Romance
Europe/Samara: =Russia Time Zone 3
Europe/Saratov: Saratov
Europe/Volgograd: Volgograd
Europe/Warsaw: Central European
Indian/Mauritius: Mauritius
Pacific/Apia: Samoa
Pacific/Auckland: New Zealand
Pacific/Bougainville: Bougainville
Pacific/Chatham: Chatham Islands
Pacific/Easter: Easter Island
Pacific/Fiji: Fiji
Pacific/Guadalcanal: Central Pacific
Pacific/Honolulu: Hawaiian
Pacific/Kiritimati: Line Islands
Pacific/Marquesas: Marquesas
Pacific/Norfolk: Norfolk
Pacific/Port_Moresby: West Pacific
Pacific/Tongatapu: Tonga
`;

/** What Exchange writes behind `(UTC+01:00) `. */
const EXCHANGE_TEXTS = `
Africa/Cairo: Cairo
Africa/Casablanca: Casablanca
Africa/Johannesburg: Harare, Pretoria
Africa/Lagos: West Central Africa
Africa/Nairobi: Nairobi
Africa/Windhoek: Windhoek
America/Anchorage: Alaska
America/Asuncion: Asuncion
America/Bogota: Bogota, Lima, Quito
America/Buenos_Aires: Buenos Aires
America/Caracas: Caracas
America/Cayenne: Georgetown
America/Chicago: Central Time (US & Canada) | Central Time (US and Canada)
America/Cuiaba: Manaus
America/Denver: Mountain Time (US & Canada) | Mountain Time (US and Canada)
America/Godthab: Greenland
America/Guatemala: Central America
America/Halifax: Atlantic Time (Canada)
America/Indianapolis: Indiana (East)
America/La_Paz: Georgetown, La Paz, San Juan
America/Los_Angeles: Pacific Time (US & Canada); Tijuana | Pacific Time (US and Canada); Tijuana
America/Mazatlan: Chihuahua, La Paz, Mazatlan | Chihuahua, La Paz, Mazatlan - New
America/Mexico_City: Guadalajara, Mexico City, Monterrey | Guadalajara, Mexico City, Monterrey - New
America/Montevideo: Montevideo
America/New_York: Eastern Time (US & Canada) | Eastern Time (US and Canada)
America/Phoenix: Arizona
America/Regina: Saskatchewan
America/Santiago: Santiago
America/Sao_Paulo: Brasilia
America/St_Johns: Newfoundland
America/Tijuana: Tijuana, Baja California
Asia/Amman: Amman
Asia/Baghdad: Baghdad
Asia/Baku: Baku
Asia/Bangkok: Bangkok, Hanoi, Jakarta
Asia/Beirut: Beirut
Asia/Bishkek: Astana, Dhaka
Asia/Calcutta: Chennai, Kolkata, Mumbai, New Delhi
Asia/Colombo: Sri Jayawardenepura
Asia/Dubai: Abu Dhabi, Muscat
Asia/Irkutsk: Irkutsk, Ulaanbaatar
Asia/Jerusalem: Jerusalem
Asia/Kabul: Kabul
Asia/Kamchatka: Petropavlovsk-Kamchatsky
Asia/Karachi: Islamabad, Karachi
Asia/Katmandu: Kathmandu
Asia/Krasnoyarsk: Krasnoyarsk
Asia/Novosibirsk: Almaty, Novosibirsk
Asia/Rangoon: Yangon (Rangoon)
Asia/Riyadh: Kuwait, Riyadh
Asia/Seoul: Seoul
Asia/Shanghai: Beijing, Chongqing, Hong Kong, Urumqi
Asia/Singapore: Kuala Lumpur, Singapore
Asia/Taipei: Taipei
Asia/Tashkent: Tashkent
Asia/Tbilisi: Tbilisi
Asia/Tehran: Tehran
Asia/Tokyo: Osaka, Sapporo, Tokyo
Asia/Vladivostok: Vladivostok
Asia/Yakutsk: Yakutsk
Asia/Yekaterinburg: Ekaterinburg
Asia/Yerevan: Baku, Tbilisi, Yerevan | Yerevan
Atlantic/Azores: Azores
Atlantic/Cape_Verde: Cape Verde Islands
Atlantic/Reykjavik: Monrovia, Reykjavik
Australia/Adelaide: Adelaide
Australia/Brisbane: Brisbane
Australia/Darwin: Darwin
Australia/Hobart: Hobart
Australia/Perth: Perth
Australia/Sydney: Canberra, Melbourne, Sydney
Etc/GMT+12: International Date Line West
Etc/GMT+2: Mid-Atlantic
Etc/UTC: Coordinated Universal Time
Europe/Berlin: Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna
Europe/Bucharest: Athens, Bucharest, Istanbul
Europe/Budapest: Belgrade, Bratislava, Budapest, Ljubljana, Prague
Europe/Chisinau: Minsk
Europe/Kiev: Helsinki, Kiev, Riga, Sofia, Tallinn, Vilnius
Europe/London: Greenwich Mean Time: Dublin, Edinburgh, Lisbon, London
Europe/Moscow: Moscow, St. Petersburg, Volgograd
Europe/Paris: Brussels, Copenhagen, Madrid, Paris
Europe/Warsaw: Sarajevo, Skopje, Warsaw, Zagreb
Indian/Mauritius: Port Louis
Pacific/Apia: Midway Island, Samoa
Pacific/Auckland: Auckland, Wellington
Pacific/Fiji: Fiji, Kamchatka, Marshall Is.
Pacific/Guadalcanal: Magadan, Solomon Islands, New Caledonia
Pacific/Honolulu: Hawaii
Pacific/Port_Moresby: Guam, Port Moresby
Pacific/Tongatapu: Nuku'alofa
`;

const byName = new Map<string, string>();
for (const [zone, name] of entriesOf(WINDOWS_NAMES)) {
  const bare = name.startsWith('=') ? name.slice(1) : null;
  const full = bare ?? name.replace(/(?= \(Mexico\)$)|$/, ' Standard Time');
  byName.set(full.toLowerCase(), zone);
}
const byText = new Map(entriesOf(EXCHANGE_TEXTS).map(([zone, text]) => [text.toLowerCase(), zone]));

/** The IANA zone a name of Windows or a text of Exchange stands for; null: it is neither. */
export function windowsZone(name: string): string | null {
  const lower = name.trim().toLowerCase();
  const text = /^\((?:utc|gmt)[^)]{0,10}\)\s*(.+)$/.exec(lower)?.[1];
  return byName.get(lower) ?? (text === undefined ? null : (byText.get(text) ?? byName.get(text) ?? null));
}

function entriesOf(table: string): readonly (readonly [zone: string, name: string])[] {
  return table
    .trim()
    .split('\n')
    .flatMap((line) => {
      const colon = line.indexOf(': ');
      const names = line.slice(colon + 2).split(' | ');
      return names.map((name) => [line.slice(0, colon), name] as const);
    });
}
