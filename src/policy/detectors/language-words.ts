/** Scripts that one language has for itself, and the most frequent words of those that share one. */

/** First and last code of a script, and its language. Where several write it, the words or letters below decide. */
// oxfmt-ignore
export const scripts: readonly (readonly [from: number, to: number, language: string])[] = [
  [0x41, 0x24f, 'latin'], [0x370, 0x3ff, 'el'], [0x400, 0x52f, 'cyrillic'], [0x530, 0x58f, 'hy'], [0x590, 0x5ff, 'he'], [0x600, 0x6ff, 'arabic'],
  [0x900, 0x97f, 'hi'], [0x980, 0x9ff, 'bn'], [0xa00, 0xa7f, 'pa'], [0xa80, 0xaff, 'gu'], [0xb80, 0xbff, 'ta'], [0xc00, 0xc7f, 'te'], [0xc80, 0xcff, 'kn'],
  [0xd00, 0xd7f, 'ml'], [0xd80, 0xdff, 'si'], [0xe00, 0xe7f, 'th'], [0xe80, 0xeff, 'lo'], [0x1000, 0x109f, 'my'], [0x10a0, 0x10ff, 'ka'], [0x1200, 0x137f, 'am'],
  [0x1780, 0x17ff, 'km'], [0x1e00, 0x1eff, 'latin'], [0x3040, 0x30ff, 'ja'], [0x4e00, 0x9fff, 'zh'], [0xac00, 0xd7a3, 'ko'],
]

/** Letters that only one of the languages of a script has; without any, it is the last one's. */
export const letters: { readonly [script: string]: readonly (readonly [letters: RegExp, language: string])[] } = {
  cyrillic: [
    [/[іїєґ]/i, 'uk'],
    [/[ђћџљњј]/i, 'sr'],
    [/[ыэё]/i, 'ru'],
    [/ъ(?=[\p{L}])|щ(?=\p{L}{0,4}\b)ъ/iu, 'bg'],
    [/./, 'ru'],
  ],
  arabic: [
    [/[ٹڈےں]/, 'ur'],
    [/[پچژگ]/, 'fa'],
    [/./, 'ar'],
  ],
}

/** About eighteen of each language of the Latin script: such as others do not have, as far as that goes. */
export const frequent: { readonly [language: string]: string } = {
  en: 'the and of to is in that it for was with you this are have not be on as what how please',
  es: 'el los las de que y en un una por con para es del como está más pero qué',
  fr: 'le les des et est une dans pour que qui pas sur avec ce vous je du au nous être',
  de: 'der die das und ist nicht ein eine zu mit den von auf für ich sie wie dem im auch',
  it: 'il di che è un una per non con sono del della gli come più ma questo alla nel',
  pt: 'o os as de que e não um uma com para em do da por mais como você é ao',
  nl: 'de het een en van is niet dat op te voor met zijn ik je er maar ook aan wat',
  pl: 'i w nie na się z do to że jest jak po co dla czy ale od tak przez są',
  sv: 'och att det som en är på för av med till inte jag den har om ett kan vi var',
  da: 'og at det er en til på som for med den af ikke der jeg har et kan vi hvad',
  no: 'og i det er en til på som for med av ikke jeg har et kan vi hva den å',
  fi: 'ja on ei se että hän oli mutta ovat kun niin minä joka tämä mitä myös voi kuin',
  tr: 've bir bu için ne da de ile çok mi gibi olarak daha ben var değil nasıl ama',
  cs: 'a je se na že to v s z do jak ale jsem by jako co pro tak není při',
  ro: 'și de în a la cu pe nu este un o că care din mai pentru sunt ce sau',
  hu: 'a az és hogy nem egy is ez van de meg csak mint kell volt még mi',
  id: 'yang dan di ini itu untuk dengan tidak dari dalam akan pada adalah saya bisa ke apa',
  vi: 'và của là có không được cho một trong với các những này người tôi để',
}
