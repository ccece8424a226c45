import { expect, test } from '@jest/globals'
import { encodeEntities, parseListPage, textOfTag } from '../../../src/store/s3/xml.ts'

test('keys and the token of a page', () => {
  const text =
    '<ListBucketResult><Prefix>a&amp;b/</Prefix><IsTruncated>true</IsTruncated><NextContinuationToken>x&#43;y==</NextContinuationToken>' +
    '<Contents><Key>a&amp;b/&lt;1&gt;&#x20;&quot;</Key><Size>1</Size></Contents><Contents><Key>a&amp;b/2</Key></Contents></ListBucketResult>'
  expect(parseListPage(text)).toMatchObject({ keys: ['a&b/<1> "', 'a&b/2'], next: 'x+y==' })
})

test('keys encoded for a URL', () => {
  const text = '<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated><Key>a+b/%C3%BC%2B</Key>'
  expect(parseListPage(text)).toMatchObject({ keys: ['a b/ü+'], next: undefined })
})

test('an empty page, and a text cut short', () => {
  expect(parseListPage('<ListBucketResult/>')).toMatchObject({ keys: [], next: undefined })
  expect(parseListPage('<Key>abc')).toMatchObject({ keys: [], next: undefined })
  expect(textOfTag('<Code>x', 'Code')).toBeUndefined()
})

test('entities come back', () => expect(textOfTag(`<A>${encodeEntities('<&">')}</A>`, 'A')).toBe('<&">'))
